import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { prompt, resource, toolsWith } from './tools.js'

const server = new McpServer({ name: 'server', version: '1.0.0' })
const tools = toolsWith(() => server.server.listRoots())
for (const [name, run] of Object.entries(tools)) server.tool(name, run as never)
server.prompt('greet', prompt as never)
server.resource('doc', 'test://doc', resource as never)
void server.connect(new StdioServerTransport())
