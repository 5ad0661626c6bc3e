import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { server, session } from './session.js'

void session(async (strange) => {
  const client = new Client({ name: 'client', version: '1.0.0' }, { capabilities: { roots: {} } })
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }))
  client.onerror = strange
  await client.connect(new StdioClientTransport(server))
  return client
})
