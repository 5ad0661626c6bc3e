/** `decisions`: typed questions about an input, in OpenAI's shape. */
import type { DecisionRequest, DecisionResponse } from '../../kernel/hub.js'
import type { DecisionsProtocol } from '../../kernel/protocol.js'
import { factsOf } from '../../protocols/shared/passthrough-facts.js'
import { answersInOrder } from '../answers/decision-answers.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import type { Decision, Decisions } from '../types/decisions.js'
import { oneAnswer } from './one-answer.js'

export const decisions = oneAnswer<DecisionRequest, DecisionResponse, DecisionsProtocol>({
  operation: 'decide',
  made: 'decision',
  name: 'decisions',
  fields: {
    input: ['a string or an array', (value) => typeof value === 'string' || Array.isArray(value)],
    questions: ['an array', Array.isArray],
  },
  formatOf: (provider) => provider.decisions,
  encode: (format, request, context) => format.encodeRequest(request, context),
  decode: (format, wire, { questions }) => answersInOrder(format.decodeResponse(wire), questions),
  factsOf: (response) => factsOf({ ...response }),
})

export function createDecisions(client: ClientContext): Decisions {
  return { create: (body, options) => perform(client, decisions, body, options) as Promise<Decision> }
}
