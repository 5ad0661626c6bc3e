/** `tracestitch gateway`: serves the client over HTTP until it is told to stop. */
import type { Autolog } from '../autolog/engine.js'
import { keyCheck } from '../gateway/virtual-keys.js'
import { serve, type Gateway } from '../gateway/serve.js'
import type { GatewayOptions } from '../gateway/options.js'
import { ConfigError } from '../kernel/errors.js'
import { autolog } from '../whole-autolog.js'
import { createClient } from '../whole-client.js'
import type { Client } from '../client/types/index.js'
import type { Command, Terminal } from './command.js'
import { configFile, readGatewayConfig, type GatewayConfig } from './gateway-config.js'

interface GatewayFlags {
  readonly config?: string
  readonly port?: string
  readonly host?: string
}

const FAILED = 1
const MISUSE = 2

export const gatewayCommand: Command = {
  summary: 'serve the client over HTTP, for programs in any language',
  usage: '[--config <file>] [--port <number>] [--host <address>]',
  options: { config: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
  optionHelp: {
    '--config <file>':
      'JSON, YAML, JavaScript or TypeScript with the options of createClient, and `gateway`; a LiteLLM config.yaml works too (default: tracestitch.json and its like in this folder, else the providers whose keys are in the environment)',
    '--port <number>': 'default 4000',
    '--host <address>': 'default 127.0.0.1; others need TRACESTITCH_MASTER_KEY',
  },
  async run(given, terminal) {
    const flags = given as GatewayFlags
    const port = flags.port === undefined ? undefined : Number(flags.port)
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      terminal.error('tracestitch: --port is a number from 0 to 65535\nSee tracestitch gateway --help\n')
      return MISUSE
    }
    try {
      return await run(flags, port, terminal)
    } catch (error) {
      const reason = reasonToStop(error)
      if (reason === undefined) throw error
      terminal.error(`tracestitch: ${reason}\n`)
      return FAILED
    }
  },
}

async function run(flags: GatewayFlags, port: number | undefined, terminal: Terminal): Promise<number> {
  const { env, error: say } = terminal
  const config = await readGatewayConfig(configFile(flags.config), env)
  for (const warning of config.warnings) say(`warning: ${warning}\n`)
  const log = autolog()
  const client = createClient(config.client)
  const masterKey = config.gateway.masterKey ?? env['TRACESTITCH_MASTER_KEY']
  const { keys: _, ...settings } = config.gateway
  const options: GatewayOptions = {
    ...settings,
    ...(config.keys && { keys: keyCheck(config.keys) }),
    ...(masterKey !== undefined && { masterKey }),
    ...(port !== undefined && { port }),
    ...(flags.host !== undefined && { host: flags.host }),
  }
  const gateway = await serve(client, options)
  terminal.out(greeting(gateway, config, log, masterKey !== undefined))
  await untilStopped()
  say('tracestitch: closing; open answers may end, and another signal ends the process at once\n')
  await gateway.close()
  await closeClient(client, config)
  await log.flush()
  return 0
}

async function closeClient(client: Client, { client: { store }, keys }: GatewayConfig): Promise<void> {
  await client.close()
  await store?.close()
  await keys?.close()
}

/** Resolves at the first signal. The second ends the process as it would without us. */
function untilStopped(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, stop)
      resolve()
    }
    for (const signal of signals) process.on(signal, stop)
  })
}

function greeting({ url }: Gateway, config: GatewayConfig, log: Autolog, hasKey: boolean): string {
  const names = Object.keys(config.client.models ?? {})
  const shown = names.slice(0, 8).join(', ')
  const more = names.length > 8 ? `, and ${names.length - 8} more` : ''
  const { mode, exporter, host } = log.status
  const traces =
    mode === 'off' || exporter === 'none'
      ? 'nowhere; set OTEL_EXPORTER_OTLP_ENDPOINT'
      : host === undefined
        ? exporter
        : `${host} (${exporter})`
  const said =
    hasKey || config.keys
      ? [hasKey && 'the master key', config.keys && 'those of `tracestitch keys`'].filter(Boolean).join(', ')
      : 'none is asked for: only this machine is answered'
  return [
    `tracestitch gateway at ${url}`,
    `  options  ${config.from}`,
    `  models   ${shown}${more}${names.length > 0 ? '; ' : ''}provider/model of the providers that they name`,
    `  traces   ${traces}`,
    `  key      ${said}`,
    '',
    `  OPENAI_BASE_URL=${url}/v1  OPENAI_API_KEY=${hasKey || config.keys ? '<a key>' : 'unused'}`,
    `  ANTHROPIC_BASE_URL=${url}`,
    '',
  ].join('\n')
}

/** What the user can mend, in words; `undefined` for a fault of ours. */
function reasonToStop(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program; choose one with --port`
  if (code === 'EACCES') return `port ${port} may not be used by this user; choose one above 1023 with --port`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return '--host is not an address of this machine'
  return undefined
}
