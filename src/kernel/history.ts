/**
 * What a server requires of a conversation, beyond the shape of a message. A format has rules, and a row or a model may
 * have others: a history that another provider made must be accepted by each.
 */

/** The rules for a name or an id. */
export interface WordForm {
  /** Allowed characters in addition to ASCII letters and digits. Absent: all are allowed, except `not`. */
  readonly also?: string
  /** Characters that are not allowed. */
  readonly not?: string
  readonly max: number
  /** It has exactly `max` characters. */
  readonly exact?: boolean
  /** It begins with a letter or `_`. */
  readonly letterFirst?: boolean
}

export interface HistoryRules {
  /** Ids of tool calls. Other ids are rewritten, the same way for a call and its result, and in every request. */
  readonly toolIds?: WordForm
  /** Names of tools. Other names are rewritten, and restored in answers. */
  readonly toolNames?: WordForm
  /** Arguments of calls must be objects: others are wrapped in one. */
  readonly objectArguments?: boolean
  /** Names of messages. Other names are rewritten. */
  readonly messageNames?: WordForm
  /** Accepts the older form of calls: `function_call`, and results of role `function`. */
  readonly oldCalls?: boolean
  /** Calls and results of tools may be anywhere, with or without each other. */
  readonly anyOrder?: boolean
  /** Consecutive messages of one side are one turn: results must be in the turn after that of their calls. */
  readonly joinsTurns?: boolean
  /** Results of tools may have only text: other parts move to a user message after them. */
  readonly textResults?: boolean
  /** Blank texts are refused: `empty` for those without a character, in answers only or everywhere, `blank` for white space too. */
  readonly refusesTexts?: 'empty-answers' | 'empty' | 'blank'
  /** Blank results of tools are refused too. */
  readonly refusesEmptyResults?: boolean
  /** The first message after the instructions must be the user's, and there must be one. */
  readonly userFirst?: boolean
  /** There must be a message other than instructions. */
  readonly userNeeded?: boolean
  /** Turns of user and assistant must alternate. */
  readonly alternates?: boolean
  /** There must be an answer between the result of a tool and the next user message. */
  readonly answerAfterTools?: boolean
  /** Instructions must not follow an answer or the result of a tool. */
  readonly instructionsFirst?: boolean
  /** Instructions must be one message, the first. */
  readonly oneInstruction?: boolean
  /** A last assistant message that is to be continued needs the field `prefix`. */
  readonly marksPrefix?: boolean
}
