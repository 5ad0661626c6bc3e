/** A request whose headers are as a test writes them: `fetch` forbids some. */
import { request } from 'node:http'

export interface RawAnswer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

export function rawRequest(
  url: string,
  headers: Record<string, string>,
  { path = '/v1/chat/completions', method = 'GET' } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers, agent: false }, (answer) => {
      let body = ''
      answer.on('data', (bytes) => (body += String(bytes)))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}
