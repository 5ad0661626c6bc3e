/**
 * `responses`: OpenAI's Responses shape in and out. A target that speaks it gets the body as it is; for any other it is
 * translated through the hub.
 */
import { asArray, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { restoredEvents, restoredResponse } from '../answers/restored-responses.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import type { CallOptions } from '../types/options.js'
import type { Responses } from '../types/responses.js'
import { face } from './face.js'
import { hasTools, withoutIdleToolChoice } from './idle-tool-choice.js'
import { echoOf, refuseKeptThere } from './responses-echo.js'
import { withFittedSchemas, withoutRefused } from './responses-native.js'
import { wireFormat } from './wire-format.js'

/** The format as it is on the wire. */
export const responsesFormat = wireFormat('openai-responses', {
  check: refuseKeptThere,
  fit(body, { params, extraBody }, request, context) {
    const asked: JsonObject = { ...withFittedSchemas(body, request, context), ...params }
    // `extra_body` is passed to the provider unchanged.
    return withoutRefused(hasTools(extraBody) ? asked : withoutIdleToolChoice(asked, context), context)
  },
  restore: { whole: restoredResponse, events: restoredEvents },
  echo: echoOf,
  echoIn: 'response',
})

export const responses = face({ ...responsesFormat, finish: (wire) => withText(wire as JsonObject) })

export function createResponses(client: ClientContext): Responses {
  const create = (body: object, options?: CallOptions) => perform(client, responses, body, options)
  return { create: create as Responses['create'] }
}

/** The `openai` package adds `output_text` to what comes over the wire, and its users expect it. */
function withText(wire: JsonObject): object {
  const text = asArray(wire['output'])
    .flatMap((item) => (isObject(item) && item['type'] === 'message' ? asArray(item['content']) : []))
    .map((part) =>
      isObject(part) && part['type'] === 'output_text' && typeof part['text'] === 'string' ? part['text'] : '',
    )
    .join('')
  return { output_text: text, ...wire }
}
