/** `decisions`: typed questions about an input, in OpenAI's shape. */
import { ConfigError } from '../../kernel/errors.js'
import type { DecisionRequest } from '../../kernel/hub.js'
import type { DecisionsProtocol } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import { factsOf } from '../../protocols/shared/passthrough-facts.js'
import { answersInOrder } from '../answers/decision-answers.js'
import { requireField, splitArguments } from '../call/call-arguments.js'
import type { Operation } from '../call/operation.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import { readJson } from '../transport/body.js'
import { decoding, encodingFor } from '../transport/failure.js'
import type { Decision, DecisionBody, Decisions } from '../types/decisions.js'

function decisionsCodec({ provider, model }: Target): DecisionsProtocol {
  if (provider.decisions) return provider.decisions
  const problem = `the provider \`${provider.id}\` has no decisions in this version${provider.unspoken}`
  throw new ConfigError('model', problem, { provider: provider.id, model })
}

export const decisions: Operation<DecisionRequest> = {
  read(_client, given, options) {
    const { body, options: own } = splitArguments(given as DecisionBody, options)
    requireField(body, 'input', 'a string or an array', (value) => typeof value === 'string' || Array.isArray(value))
    requireField(body, 'questions', 'an array', Array.isArray)
    const request = body as DecisionRequest
    return {
      input: {
        operation: 'decide',
        model: request.model,
        options: own,
        request: undefined,
        body: { request: body, made: 'decision' },
      },
      request,
      stream: false,
    }
  },
  async attempt(run, request) {
    const codec = decisionsCodec(run.target)
    const { extraBody, params } = run
    const own = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
    const encoded = encodingFor(run.encodeContext, (context) => codec.encodeRequest(own, context))
    const wire = await readJson(await run.send(encoded, codec, false), run.limits)
    const decoded = decoding(() => answersInOrder(codec.decodeResponse(wire), own.questions))
    const body = decoded.model === '' ? { ...decoded, model: run.target.model } : decoded
    return { other: factsOf({ ...body }), body }
  },
  body: ({ body }) => body ?? {},
}

export function createDecisions(client: ClientContext): Decisions {
  return { create: (body, options) => perform(client, decisions, body, options) as Promise<Decision> }
}
