/** `tracestitch gateway`: serves the client over HTTP until it is told to stop. */
import { ConfigError } from '../kernel/errors.js'
import type { Command, Terminal } from './command.js'
import { runGateway, type GatewayFlags } from './gateway-run.js'
import { isWorker, runWorkers, workerLink } from './gateway-workers.js'

const FAILED = 1
const MISUSE = 2
const MOST_WORKERS = 256

export const gatewayCommand: Command = {
  summary: 'serve the client over HTTP, for programs in any language',
  usage: '[--config <file>] [--port <number>] [--host <address>] [--workers <number>] [--watch] [--log]',
  options: {
    config: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    workers: { type: 'string' },
    watch: { type: 'boolean' },
    log: { type: 'boolean' },
  },
  optionHelp: {
    '--config <file>':
      'JSON, YAML, JavaScript or TypeScript with the options of createClient, and `gateway`; a LiteLLM config.yaml works too (default: tracestitch.json and its like in this folder, else the providers whose keys are in the environment)',
    '--port <number>': 'default 4000',
    '--host <address>': 'default 127.0.0.1; others need TRACESTITCH_MASTER_KEY',
    '--workers <number>': 'processes that share the port (default 1)',
    '--watch': 'read the file again when it changes, as SIGHUP does',
    '--log': 'a line of JSON on standard error for each request',
  },
  async run(given, terminal) {
    const flags = flagsOf(given, terminal)
    if (!flags) return MISUSE
    try {
      if (isWorker()) return await runGateway(flags, terminal, workerLink())
      return await (flags.workers > 1 ? runWorkers(flags.workers, terminal) : runGateway(flags, terminal))
    } catch (error) {
      const reason = reasonToStop(error)
      if (reason === undefined) throw error
      terminal.error(`tracestitch: ${reason}\n`)
      return FAILED
    }
  },
}

function flagsOf(given: Readonly<Record<string, unknown>>, { error: say }: Terminal): GatewayFlags | undefined {
  const number = (name: string, least: number, most: number): number | undefined => {
    const value = given[name] === undefined ? undefined : Number(given[name])
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value
    say(`tracestitch: --${name} is a number from ${least} to ${most}\nSee tracestitch gateway --help\n`)
    return Number.NaN
  }
  const port = number('port', 0, 65_535)
  const workers = number('workers', 1, MOST_WORKERS) ?? 1
  if (Number.isNaN(port) || Number.isNaN(workers)) return undefined
  const text = (name: string): string | undefined => given[name] as string | undefined
  return {
    config: text('config'),
    host: text('host'),
    port,
    workers,
    watch: given['watch'] === true,
    log: given['log'] === true,
  }
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
