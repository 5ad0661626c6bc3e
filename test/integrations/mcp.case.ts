/** `@modelcontextprotocol/sdk` 1.x, client and server. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { IntegrationCase } from '../contracts/integration.js'
import { mcpRows, mcpRun, type McpClient, type McpRun } from '../contracts/mcp-rows.js'

const spec: IntegrationCase<unknown, McpRun> = {
  id: 'mcp',
  package: '@modelcontextprotocol/sdk',
  entry: '/inMemory.js',
  installed: ['mcp-sdk-old', '@modelcontextprotocol/sdk'],
  client: () =>
    mcpRun({
      optionsAt: 2,
      pair(tools) {
        const server = new McpServer({ name: 'server', version: '1.0.0' })
        for (const [name, run] of Object.entries(tools)) server.tool(name, run as never)
        server.prompt('greet', () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }] }))
        server.resource('doc', 'test://doc', () => ({ contents: [{ uri: 'test://doc', text: 'text' }] }))
        return {
          client: new Client({ name: 'client', version: '1.0.0' }) as unknown as McpClient,
          server: { connect: (transport) => server.connect(transport as never), close: () => server.close() },
        }
      },
      memory: () => InMemoryTransport.createLinkedPair(),
      httpServer() {
        const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session-1' })
        return { transport, handle: (request, response) => transport.handleRequest(request, response) }
      },
      httpClient: (url) => new StreamableHTTPClientTransport(url),
    }),
  patched: () => [
    [Protocol.prototype, 'request'],
    [Protocol.prototype, '_onrequest'],
  ],
  rows: mcpRows,
}
export default spec
