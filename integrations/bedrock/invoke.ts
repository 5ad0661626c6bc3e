/** `InvokeModel` and its stream. */
import { asString, familyOf, path } from '../../src/autolog/contract.js'
import { guardrailOf, pathOf, shared, type Operation } from './command.js'
import { jsonOf } from './json.js'
import { countedBeside } from './middleware.js'

/** The body is in the format of the model's maker. */
export const invoke =
  (streaming: boolean): Operation =>
  (input) => {
    const body = jsonOf(input['body'])
    const family = familyOf(body, asString(input['modelId']) ?? '')
    return {
      ...shared(input),
      protocol: family,
      attributes: guardrailOf(input),
      streaming,
      path: () => pathOf(input, 'invoke'),
      request: () => body,
      answer: (result) => jsonOf(path(result, 'body')),
      usage: countedBeside,
      ...(streaming && {
        stream: (result: unknown) => path(result, 'body'),
        event: (piece: unknown) => ({ data: jsonOf(path(piece, 'chunk', 'bytes')) }),
      }),
    }
  }
