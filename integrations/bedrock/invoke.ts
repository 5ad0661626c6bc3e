/** `InvokeModel` and its stream. */
import { asString, isObject, path } from '../../src/autolog/contract.js'
import { guardrailOf, pathOf, shared, type Operation } from './command.js'
import { familyOf } from './families.js'
import { jsonOf } from './json.js'
import { countedBeside } from './middleware.js'

/** The body is in the format of the model's maker. */
export const invoke =
  (streaming: boolean): Operation =>
  (input) => {
    const body = jsonOf(input['body'])
    const { request, answer, event, attributes, ...family } = familyOf(body, asString(input['modelId']) ?? '')
    return {
      ...shared(input),
      ...family,
      attributes: { ...guardrailOf(input), ...attributes },
      streaming,
      path: () => pathOf(input, 'invoke'),
      request: () => (request && isObject(body) ? request(body) : body),
      answer(result) {
        const wire = jsonOf(path(result, 'body'))
        return answer && isObject(wire) ? answer(wire) : wire
      },
      usage: countedBeside,
      ...(streaming && {
        stream: (result: unknown) => path(result, 'body'),
        event(piece: unknown) {
          const wire = jsonOf(path(piece, 'chunk', 'bytes'))
          return { data: event && isObject(wire) ? event(wire) : wire }
        },
      }),
    }
  }
