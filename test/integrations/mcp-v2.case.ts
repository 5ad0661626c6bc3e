/** `@modelcontextprotocol/client` and `server` 2.x, each with a `Protocol` class of its own. */
import type * as ClientSdk from '@modelcontextprotocol/client'
import {
  InMemoryTransport,
  McpServer,
  Protocol,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { Readable } from 'node:stream'
import type { IntegrationCase } from '../contracts/integration.js'
import { mcpRows, mcpRun, type McpClient, type McpRun } from '../contracts/mcp-rows.js'

const spec: IntegrationCase<typeof ClientSdk, McpRun> = {
  id: 'mcp-v2',
  package: '@modelcontextprotocol/client',
  installed: ['@modelcontextprotocol/client'],
  neighbours: () => ({ '@modelcontextprotocol/server': '@modelcontextprotocol/server' }),
  client: (sdk) =>
    mcpRun({
      optionsAt: 1,
      pair(tools) {
        const server = new McpServer({ name: 'server', version: '1.0.0' })
        for (const [name, run] of Object.entries(tools)) server.registerTool(name, {}, run as never)
        server.registerPrompt('greet', {}, () => ({
          messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }],
        }))
        server.registerResource('doc', 'test://doc', {}, () => ({ contents: [{ uri: 'test://doc', text: 'text' }] }))
        return {
          client: new sdk.Client({ name: 'client', version: '1.0.0' }) as unknown as McpClient,
          server: { connect: (transport) => server.connect(transport as never), close: () => server.close() },
        }
      },
      memory: () => InMemoryTransport.createLinkedPair(),
      httpServer() {
        const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'session-1' })
        return {
          transport,
          async handle(request, response) {
            const hasBody = request.method === 'POST'
            const answer = await transport.handleRequest(
              new Request(`http://${request.headers.host}${request.url}`, {
                method: request.method ?? 'GET',
                headers: request.headers as Record<string, string>,
                ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
              } as RequestInit),
            )
            response.writeHead(answer.status, Object.fromEntries(answer.headers))
            if (answer.body) Readable.fromWeb(answer.body as never).pipe(response)
            else response.end()
          },
        }
      },
      httpClient: (url) => new sdk.StreamableHTTPClientTransport(url),
    }),
  patched: (sdk) => [
    [sdk.Protocol.prototype, '_requestWithSchemaViaCodec'],
    [sdk.Protocol.prototype, '_onrequest'],
    [Protocol.prototype, '_onrequest'],
  ],
  rows: mcpRows,
}
export default spec
