/** Operations with one request and one answer, each in a shape of the hub: rerank, decisions. */
import { ConfigError } from '../../kernel/errors.js'
import type { DecisionsProtocol, EncodeContext, EncodedRequest, RerankProtocol } from '../../kernel/protocol.js'
import type { PlannedProvider } from '../../router/target.js'
import type { OtherAnswer } from '../../telemetry/spans/call.js'
import { requireField, splitArguments } from '../call/call-arguments.js'
import type { CallInput } from '../call/answer.js'
import type { Operation } from '../call/operation.js'
import { readJson } from '../transport/body.js'
import { decoding, encodingFor } from '../transport/failure.js'

type Codec = RerankProtocol | DecisionsProtocol

interface Declaration<Request, Response, Format extends Codec> {
  readonly operation: CallInput['operation']
  readonly made: NonNullable<CallInput['body']>['made']
  /** The operation's name in messages. */
  readonly name: string
  /** Fields without which there is no request, each with what it has to be. */
  readonly fields: Readonly<Record<string, readonly [kind: string, is: (value: unknown) => boolean]>>
  readonly formatOf: (provider: PlannedProvider) => Format | undefined
  readonly encode: (format: Format, request: Request, context: EncodeContext) => EncodedRequest
  /** The answer, checked. */
  readonly decode: (format: Format, wire: unknown, request: Request, warn: (message: string) => void) => Response
  readonly factsOf: (response: Response) => OtherAnswer
}

export function oneAnswer<Request extends { model: string }, Response extends { model: string }, Format extends Codec>(
  declaration: Declaration<Request, Response, Format>,
): Operation<Request> {
  const { operation, made, name, fields, formatOf, encode, decode, factsOf } = declaration
  return {
    read(_client, given, options) {
      const { body, options: own } = splitArguments(given as Request, options)
      for (const [field, [kind, is]] of Object.entries(fields)) requireField(body, field as never, kind, is)
      const request = body as Request
      const input = { operation, model: request.model, options: own, request: undefined, body: { request: body, made } }
      return { input, request, stream: false }
    },
    replace: (request, { body }) => (body ? (body.request as Request) : request),
    async attempt(run, request) {
      const { extraBody, params, target } = run
      const format = formatOf(target.provider) ?? refuse(name, target)
      const own = { ...request, ...params, ...(extraBody && { extra_body: extraBody }) }
      const encoded = encodingFor(run.encodeContext, (context) => encode(format, own, context))
      const wire = await readJson(await run.send(encoded, format, false), run.limits)
      const decoded = decoding(() => decode(format, wire, own, run.encodeContext.warn))
      const body = decoded.model === '' ? { ...decoded, model: target.model } : decoded
      return { other: factsOf(body), body }
    },
    body: ({ body }) => body ?? {},
  }
}

function refuse(name: string, { provider, model }: { provider: PlannedProvider; model: string }): never {
  const problem = `the provider \`${provider.id}\` has no ${name} in this version${provider.unspoken}`
  throw new ConfigError('model', problem, { provider: provider.id, model })
}
