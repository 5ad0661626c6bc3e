/** The operations of OpenAI's API (https://platform.openai.com/docs/api-reference), one line each, for methods and requests by path. */
import { countedTokens, path, type CallDeclaration } from '../../src/autolog/contract.js'
import { createResponse } from './openai-background.js'

/** The declaration of an operation, for any client. */
export type Declaration = Omit<CallDeclaration, 'provider'>

export interface Operation {
  /** Path below the base URL. */
  readonly path: string
  /** Path of the class that has the method, from the client's class or the exports of the package. */
  readonly holder: readonly string[]
  readonly method: string
  /** A declaration, or a function that returns it for the body of a request. */
  readonly declaration: Declaration | ((body: unknown) => Declaration)
}

/** Compacts a conversation. */
const COMPACT: Declaration = { protocol: 'openai-responses' }
const COUNT: Declaration = {
  protocol: 'openai-responses',
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes: (answer) => countedTokens(path(answer, 'input_tokens')),
}

export const at = (
  where: string,
  method: string,
  holder: string,
  declaration: Operation['declaration'],
): Operation => ({
  path: where,
  holder: holder.split('.'),
  method,
  declaration,
})

/** `parse`, `stream` and `runTools` call `create` on the same client. */
export const openaiOperations: readonly Operation[] = [
  at('/chat/completions', 'create', 'Chat.Completions', { protocol: 'openai-chat' }),
  at('/completions', 'create', 'Completions', { protocol: 'openai-completions' }),
  at('/responses', 'create', 'Responses', createResponse),
  at('/responses', 'create', 'Beta.Responses', createResponse),
  at('/responses/compact', 'compact', 'Responses', COMPACT),
  at('/responses/compact', 'compact', 'Beta.Responses', COMPACT),
  at('/responses/input_tokens', 'count', 'Responses.InputTokens', COUNT),
  at('/responses/input_tokens', 'count', 'Beta.Responses.InputTokens', COUNT),
  at('/embeddings', 'create', 'Embeddings', { protocol: 'openai-embeddings' }),
  at('/decisions', 'create', 'Decisions', { protocol: 'openai-decisions' }),
  at('/moderations', 'create', 'Moderations', { protocol: 'openai-moderations' }),
  at('/images/generations', 'generate', 'Images', { protocol: 'openai-images' }),
  at('/images/edits', 'edit', 'Images', { protocol: 'openai-image-edits' }),
  at('/images/variations', 'createVariation', 'Images', { protocol: 'openai-image-variations' }),
  at('/audio/speech', 'create', 'Audio.Speech', { protocol: 'openai-speech' }),
  at('/audio/transcriptions', 'create', 'Audio.Transcriptions', { protocol: 'openai-transcriptions' }),
  at('/audio/translations', 'create', 'Audio.Translations', { protocol: 'openai-translations' }),
]

/** The operation of a path. The first match counts, since some paths have the same end. */
export function operationAt(operations: readonly Operation[], pathname: string): Operation | undefined {
  return operations.find((operation) => pathname.endsWith(operation.path))
}

export function declarationOf({ declaration }: Operation, body: unknown): Declaration {
  return typeof declaration === 'function' ? declaration(body) : declaration
}
