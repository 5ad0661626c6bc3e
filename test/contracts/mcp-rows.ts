/** The rows that both majors of the MCP SDK must meet: the program cannot tell, and a request is one tree over its wire. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Row } from './integration.js'

interface RequestOptions {
  readonly signal?: AbortSignal
}

/** What the rows use of a client. */
export interface McpClient {
  connect(transport: unknown): Promise<unknown>
  close(): Promise<unknown>
  ping(): Promise<unknown>
  listTools(): Promise<unknown>
  callTool(params: object, second?: unknown, options?: RequestOptions): Promise<unknown>
  getPrompt(params: object): Promise<unknown>
  readResource(params: object): Promise<unknown>
}

export interface McpServer {
  connect(transport: unknown): Promise<unknown>
  close(): Promise<unknown>
}

export interface McpPair {
  readonly client: McpClient
  readonly server: McpServer
}

/** What differs between the majors. */
export interface McpSdk {
  /** A client, and a server with the tools `hello`, `fails` and `slow`, a prompt `greet` and a resource `test://doc`. */
  pair(tools: Readonly<Record<string, () => Promise<object>>>): McpPair
  memory(): readonly [unknown, unknown]
  httpServer(): { readonly transport: unknown; handle(request: IncomingMessage, response: ServerResponse): unknown }
  httpClient(url: URL): unknown
  /** `callTool` of 1.x takes a schema before its options. */
  readonly optionsAt: 1 | 2
}

/** Pairs that were made before `autolog()` or after it, one for each row that takes one. */
export interface McpRun {
  readonly sdk: McpSdk
  readonly pairs: McpPair[]
}

/** The call of the slow tool: that it has begun, and what lets it go on. */
const slow = { begun: (): void => {}, goOn: (): void => {} }

const text = (said: string): object => ({ content: [{ type: 'text', text: said }] })
const tools = {
  hello: async () => text('hello'),
  fails: async () => {
    throw new Error('it failed')
  },
  slow: async () => {
    const going = new Promise<void>((resolve) => (slow.goOn = resolve))
    slow.begun()
    await going
    return text('late')
  },
}

export function mcpRun(sdk: McpSdk): McpRun {
  return { sdk, pairs: Array.from({ length: 10 }, () => sdk.pair(tools)) }
}

async function overMemory<T>({ sdk, pairs }: McpRun, use: (client: McpClient) => Promise<T>): Promise<T> {
  const { client, server } = pairs.pop() as McpPair
  const [near, far] = sdk.memory()
  await Promise.all([server.connect(far), client.connect(near)])
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

async function overHttp<T>({ sdk, pairs }: McpRun, use: (client: McpClient) => Promise<T>): Promise<T> {
  const { client, server } = pairs.pop() as McpPair
  const { transport, handle } = sdk.httpServer()
  await server.connect(transport)
  const http = createServer((request, response) => void handle(request, response))
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  try {
    await client.connect(sdk.httpClient(new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)))
    return await use(client)
  } finally {
    await client.close()
    await server.close()
    http.closeAllConnections()
    http.close()
  }
}

const both = (line: string, failed = ''): string[] => [`${line} [client]${failed}`, `  ${line} [server]${failed}`]
const opening = both('initialize')

export const mcpRows: readonly Row<McpRun>[] = [
  {
    name: 'a tool',
    run: (mcp) => overMemory(mcp, (client) => client.callTool({ name: 'hello', arguments: { a: 2 } })),
    spans: [],
    tree: [...opening, ...both('tools/call hello')],
    attributesOf: {
      'tools/call hello [client]': {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'hello',
        'gen_ai.tool.call.arguments': '{"a":2}',
        'gen_ai.tool.call.result': '[{"type":"text","text":"hello"}]',
        'jsonrpc.request.id': '1',
      },
      'tools/call hello [server]': { 'jsonrpc.request.id': '1', 'gen_ai.tool.name': 'hello' },
    },
  },
  {
    name: 'the promise of callTool()',
    run: (mcp, kit) => overMemory(mcp, async (client) => kit.shapeOf(client.callTool({ name: 'hello' }))),
    spans: [],
  },
  {
    name: 'a tool that says it failed',
    run: (mcp) => overMemory(mcp, (client) => client.callTool({ name: 'fails' })),
    spans: [],
    tree: [...opening, ...both('tools/call fails', ' !')],
    attributesOf: {
      'tools/call fails [client] !': { 'error.type': 'tool_error' },
      'tools/call fails [server] !': { 'error.type': 'tool_error' },
    },
  },
  {
    name: 'a prompt that is not there',
    run: (mcp, kit) => overMemory(mcp, (client) => kit.outcome(client.getPrompt({ name: 'nobody' }))),
    spans: [],
    tree: [...opening, ...both('prompts/get nobody', ' !')],
    attributesOf: {
      'prompts/get nobody [client] !': { 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
      'prompts/get nobody [server] !': { 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
    },
  },
  {
    name: 'a prompt, a resource, a list and a ping',
    run: (mcp) =>
      overMemory(mcp, async (client) => [
        await client.getPrompt({ name: 'greet' }),
        await client.readResource({ uri: 'test://doc' }),
        await client.listTools(),
        await client.ping(),
      ]),
    spans: [],
    tree: [...opening, ...both('ping'), ...both('prompts/get greet'), ...both('resources/read'), ...both('tools/list')],
    attributesOf: {
      'prompts/get greet [server]': { 'gen_ai.prompt.name': 'greet' },
      'resources/read [server]': { 'mcp.resource.uri': 'test://doc' },
    },
  },
  {
    name: 'many calls at once keep their own parents',
    run: (mcp, kit) =>
      overMemory(mcp, (client) =>
        Promise.all(
          Array.from({ length: 9 }, (_, i) => kit.inSpan(`parent ${i}`, () => client.callTool({ name: 'hello' }))),
        ),
      ),
    spans: [],
    tree: [
      ...opening,
      ...Array.from({ length: 9 }, (_, i) => [
        `parent ${i}`,
        ...both('tools/call hello').map((line) => `  ${line}`),
      ]).flat(),
    ],
  },
  {
    name: 'a call that is aborted',
    run: (mcp, kit) =>
      overMemory(mcp, async (client) => {
        const controller = new AbortController()
        slow.begun = () => controller.abort()
        const options = { signal: controller.signal }
        const call =
          mcp.sdk.optionsAt === 1
            ? client.callTool({ name: 'slow' }, options)
            : client.callTool({ name: 'slow' }, undefined, options)
        const outcome = await kit.outcome(call)
        slow.goOn()
        await kit.wait(20)
        return outcome
      }),
    spans: [],
    tree: [...opening, 'tools/call slow [client] !', '  tools/call slow [server]'],
  },
  {
    name: 'over HTTP',
    run: (mcp) => overHttp(mcp, (client) => client.callTool({ name: 'hello' })),
    spans: [],
    tree: [...opening, ...both('tools/call hello')],
    attributesOf: { 'tools/call hello [client]': { 'network.transport': 'tcp', 'server.address': '127.0.0.1' } },
  },
]
