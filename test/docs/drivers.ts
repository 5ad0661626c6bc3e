/** What a test adds to an example that waits to be called: a request, a shutdown, an outage. */
export interface Driver {
  readonly change: (source: string) => string
  /** Beside the usual ones; `origin` is that of the model server. */
  readonly variables?: (origin: string) => Record<string, string>
  /** What is printed then. */
  readonly says?: RegExp
}

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
}
