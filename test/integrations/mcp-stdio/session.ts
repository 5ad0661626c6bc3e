/** What the client of a stdio session does, whichever SDK it is made with. */
import { trace } from '@opentelemetry/api'
import { autolog } from 'tracestitch'

interface Client {
  callTool(params: object): Promise<unknown>
  getPrompt(params: object): Promise<unknown>
  readResource(params: object): Promise<unknown>
  close(): Promise<unknown>
}

/** Where the client finds its server: the program to start, and the environment to start it with. */
export const server = {
  command: process.execPath,
  args: [process.env['SERVER'] ?? ''],
  // An SDK hands almost nothing of its own environment on.
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '',
    OTEL_SERVICE_NAME: 'server',
    SERVE_ENTRY: process.env['SERVE_ENTRY'] ?? '',
  },
}

/** What a tool, a prompt or a resource says. */
function textOf(answer: unknown): unknown {
  const { content, messages, contents } = Object(answer) as Record<string, { text?: string; content?: object }[]>
  const [first] = content ?? messages ?? contents ?? []
  return (Object(first?.content ?? first) as { text?: string }).text ?? answer
}

/** Runs the session below one span of the program's own, and prints what came of it. */
export async function session(connect: (strange: (error: Error) => void) => Promise<Client>): Promise<void> {
  const strange: string[] = []
  const log = autolog()
  const outcomes = await trace.getTracer('test').startActiveSpan('session', async (span) => {
    const client = await connect((error) => strange.push(error.message))
    const calls = [
      () => client.callTool({ name: 'hello', arguments: { a: 2 } }),
      () => client.callTool({ name: 'fails' }),
      () => client.callTool({ name: 'asks' }),
      () => client.getPrompt({ name: 'greet' }),
      () => client.readResource({ uri: 'test://doc' }),
      () => client.readResource({ uri: 'test://nothing' }).catch((error: { code: unknown }) => error.code),
    ]
    const results: unknown[] = []
    for (const call of calls) results.push(textOf(await call()))
    await client.close()
    span.end()
    return results
  })
  await log.flush()
  process.stdout.write(JSON.stringify({ strange, outcomes }))
}
