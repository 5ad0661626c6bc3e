/**
 * What a speaker demands of the conversation it is sent, beyond the form of a message. A format has its own rules, a row
 * and a model may have others: history that another provider made has to be sendable to each.
 */

/** The text that a name or an id may be. */
export interface WordForm {
  /** Characters that are taken beside the letters and digits of ASCII. Without it all are, but for `not`. */
  readonly also?: string
  /** Characters that are not taken. */
  readonly not?: string
  readonly max: number
  /** It has `max` characters, no fewer. */
  readonly exact?: boolean
  /** It does not begin with a digit or a sign, but for `_`. */
  readonly letterFirst?: boolean
}

export interface HistoryRules {
  /** Ids of tool calls. Others are written anew, a call and its result alike, the same way each time. */
  readonly toolIds?: WordForm
  /** Names of tools. Others are written in another way, and read back in answers. */
  readonly toolNames?: WordForm
  /** Arguments of calls are objects: others go out wrapped in one. */
  readonly objectArguments?: boolean
  /** Names of messages. Others are written in another way. */
  readonly messageNames?: WordForm
  /** Takes calls in the form of before `tool_calls`: `function_call`, and results of role `function`. */
  readonly oldCalls?: boolean
  /** Calls and results of tools may stand anywhere, with or without each other. */
  readonly anyOrder?: boolean
  /** Messages of one side that follow each other are one turn: results stand in the turn behind that of their calls. */
  readonly joinsTurns?: boolean
  /** The results of tools hold text alone: all else moves to a user message after them. */
  readonly textResults?: boolean
  /** Texts that say nothing are refused: `empty` for those without a character, in answers alone or in all, `blank` for white space too. */
  readonly refusesTexts?: 'empty-answers' | 'empty' | 'blank'
  /** The result of a tool that says nothing is refused too. */
  readonly refusesEmptyResults?: boolean
  /** The first message that is no instruction is the user's, and there is one. */
  readonly userFirst?: boolean
  /** There is a message beside the instructions. */
  readonly userNeeded?: boolean
  /** Messages of one side do not follow each other. */
  readonly alternates?: boolean
  /** Between the result of a tool and what the user says next stands an answer. */
  readonly answerAfterTools?: boolean
  /** Instructions do not follow an answer or the result of a tool. */
  readonly instructionsFirst?: boolean
  /** Instructions are one message, the first. */
  readonly oneInstruction?: boolean
  /** A last message of the assistant, which is to be continued, says so in the field `prefix`. */
  readonly marksPrefix?: boolean
}
