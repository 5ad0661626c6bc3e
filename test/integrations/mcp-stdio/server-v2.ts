import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { prompt, resource, toolsWith } from './tools.js'

function create(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  const tools = toolsWith(() => server.server.listRoots())
  for (const [name, run] of Object.entries(tools)) server.registerTool(name, {}, run as never)
  server.registerPrompt('greet', {}, prompt as never)
  server.registerResource('doc', 'test://doc', {}, resource as never)
  return server
}

// Two ways to serve: the second also speaks the protocol of 2026.
if (process.env['SERVE_ENTRY'] === 'serveStdio') serveStdio(create)
else void create().connect(new StdioServerTransport())
