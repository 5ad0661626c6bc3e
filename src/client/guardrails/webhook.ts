/** Asks a service of the user: a `POST` of JSON, whose answer is a verdict. */
import { readVerdict } from './verdict.js'
import type { Asked, Finding } from './check.js'

/** Bytes of an answer that are read. */
const MOST_BYTES = 1024 * 1024

export interface Webhook {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Name of the guardrail. */
  readonly name: string
  readonly fetch: () => typeof globalThis.fetch | undefined
}

export const webhookCheck =
  ({ url, headers, name, fetch }: Webhook) =>
  async ({ on, text, texts, model, operation, metadata, signal }: Asked): Promise<Finding | undefined> => {
    const { user, session, tags } = metadata ?? {}
    const response = await (fetch() ?? globalThis.fetch)(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ guardrail: name, on, text, texts, model, operation, user, session, tags }),
      // Texts go to nobody that the options do not name.
      redirect: 'error',
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new TypeError(`the webhook answered ${response.status}`)
    }
    const said = await response.text()
    if (said.length > MOST_BYTES) throw new TypeError('the answer of the webhook is too large')
    return readVerdict(JSON.parse(said))
  }
