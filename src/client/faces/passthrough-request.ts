/** Sends a request as it is, except for the name of the model and the key. */
import { ConfigError } from '../../kernel/errors.js'
import type { JsonObject, PassthroughFormat, PassthroughId } from '../../kernel/protocol.js'
import type { Target } from '../../router/target.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { WireAnswer } from '../transport/body.js'
import { readFields, writeMultipart, type FormFields } from '../transport/multipart.js'
import type { EncodedBytes } from '../transport/send.js'

/** A request that is passed on. */
export interface PassthroughRequest {
  /** The format of the operation. */
  readonly format: PassthroughFormat
  readonly body: JsonObject
  /** The fields of a multipart body, once they are read. */
  readonly fields: FormFields
}

function formatOf({ provider, model }: Target, id: PassthroughId): PassthroughFormat {
  const format = provider.passthrough(id)
  if (format) return format
  throw new ConfigError(
    'model',
    `the provider \`${provider.id}\` does not take ${id} in this version; add it to providers.${provider.id}.protocol if it does${provider.unspoken}`,
    {
      provider: provider.id,
      model,
    },
  )
}

/** Sends the call to the target of `run`. */
export async function sendTo(run: AttemptRun, { format, body, fields }: PassthroughRequest): Promise<WireAnswer> {
  const { path, decodeError } = formatOf(run.target, format.id)
  const own = { ...run.params, model: run.target.model, ...run.extraBody }
  const codec = { decodeError }
  if (format.request === 'json') return run.send({ path, body: { ...body, ...own } }, codec, body['stream'] === true)
  const changed = await readFields(own)
  const names = new Set(changed.map(([name]) => name))
  const written = await writeMultipart([...fields.filter(([name]) => !names.has(name)), ...changed])
  const encoded: EncodedBytes = { path, body: written.body, headers: { 'content-type': written.contentType } }
  return run.send(encoded, codec, body['stream'] === true)
}
