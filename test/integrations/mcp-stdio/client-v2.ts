import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { server, session } from './session.js'

void session(async (strange) => {
  // Who may, speaks the protocol of 2026, in which a server asks nothing of its own.
  const versionNegotiation = { mode: process.env['SERVE_ENTRY'] === 'serveStdio' ? 'auto' : 'legacy' } as const
  const client = new Client({ name: 'client', version: '1.0.0' }, { capabilities: { roots: {} }, versionNegotiation })
  client.setRequestHandler('roots/list', () => ({ roots: [] }))
  client.onerror = strange
  await client.connect(new StdioClientTransport(server))
  return client
})
