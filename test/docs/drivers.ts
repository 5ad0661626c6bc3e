/** What a test adds to an example that waits to be called: a request, a shutdown, an outage. */
export interface Driver {
  readonly change: (source: string) => string
  /** Beside the usual ones; `origin` is that of the model server. */
  readonly variables?: (origin: string) => Record<string, string>
  /** What is printed then. */
  readonly says?: RegExp
}

/** Asks the two routes of a web server for a user, and ends. */
const asked = `
  import { once } from 'node:events'
  await once(server, 'listening')
  for (const route of ['/ask', '/stream']) {
    const answer = await fetch('http://127.0.0.1:' + server.address().port + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user': 'u-7' },
      body: JSON.stringify({ question: 'Hello' }),
    })
    console.log(await answer.text())
  }
  server.close()
  server.closeAllConnections()
`
const SERVED = /^\{"text":"Hello! How can I help\?"\}\nstreamed\n$/

export const DRIVERS: Readonly<Record<string, Driver>> = {
  'README.md: Call any provider': {
    change: (source) => `${source}\n`,
    variables: (origin) => ({ ANTHROPIC_BASE_URL: `${origin}/down` }),
  },
  "docs/gateways.md: The gateway's half": {
    change: (source) =>
      source.replace(
        /^server\.listen\(.*$/m,
        `server.listen(0, '127.0.0.1', async () => {
          const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })
          const answer = await fetch('http://127.0.0.1:' + server.address().port, { method: 'POST', body })
          console.log((await answer.json()).choices[0].message.content)
          server.close()
          server.closeAllConnections()
        })`,
      ),
    says: /Hello! How can I help\?/,
  },
  'docs/recipes/web-servers.md: Express': {
    change: (source) => source.replace(/^app\.listen\(.*$/m, `const server = app.listen(0)\n${asked}`),
    says: SERVED,
  },
  'docs/recipes/web-servers.md: Hono': {
    change: (source) => source.replace('port: 3000 })', `port: 0 })\n${asked}`),
    says: SERVED,
  },
  'docs/recipes/serverless.md: AWS Lambda': {
    change: (source) =>
      `${source}\nconsole.log(await handler({ session: 's-1', question: 'Hello' }, { awsRequestId: 'r-1' }))`,
    variables: () => ({ OTEL_TRACES_EXPORTER: 'none' }),
    says: /statusCode: 200, body: 'Hello! How can I help\?'/,
  },
}
