/** One process of the gateway: from its configuration to its end. */
import type { Autolog } from '../autolog/engine.js'
import type { GatewayOptions } from '../gateway/options.js'
import { keyCheck } from '../gateway/virtual-keys.js'
import { serveWith, type FigureExchange, type Gateway } from '../gateway/serve.js'
import { autolog } from '../whole-autolog.js'
import type { Terminal } from './command.js'
import { configFile, readGatewayConfig, type GatewayConfig } from './gateway-config.js'
import { Reloads } from './gateway-reload.js'
import { untilStopped, whenSignalled } from './signals.js'
import { watchFile } from './watch-file.js'

export interface GatewayFlags {
  readonly config: string | undefined
  readonly port: number | undefined
  readonly host: string | undefined
  readonly workers: number
  readonly watch: boolean
  readonly log: boolean
}

/** What ties a worker to the process that started it. */
export interface WorkerLink {
  readonly figures: FigureExchange
  /** Takes the place of the terminal for the words at the start. */
  greet(greeting: string): void
  /** Signals that end the worker. The terminal sends some of its own to all processes. */
  readonly signals: readonly NodeJS.Signals[]
  /** All is done. The link would keep the process alive. */
  close(): void
}

const STOPS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

/** @throws ConfigError, or an error of the port. */
export async function runGateway(flags: GatewayFlags, terminal: Terminal, link?: WorkerLink): Promise<number> {
  try {
    return await runUntilStopped(flags, terminal, link)
  } finally {
    link?.close()
  }
}

async function runUntilStopped(flags: GatewayFlags, terminal: Terminal, link?: WorkerLink): Promise<number> {
  const { env, error: say } = terminal
  const file = configFile(flags.config)
  const config = await readGatewayConfig(file, env)
  for (const warning of config.warnings) say(`warning: ${warning}\n`)
  const log = autolog()
  const reloads = new Reloads(config, () => readGatewayConfig(file, env), say)
  const options = optionsOf(flags, terminal, config)
  // Before it serves: a signal that comes then is not lost.
  const stopped = untilStopped(link?.signals ?? STOPS)
  const gateway = await serveWith(reloads.client, options, link?.figures)
  const endWatch = flags.watch && file !== undefined ? watchFile(file, () => reloads.reload(gateway)) : undefined
  const endHangUp = whenSignalled('SIGHUP', () => reloads.reload(gateway))
  const greeting = greetingOf(gateway, config, log, flags.workers, options.masterKey !== undefined)
  if (link) link.greet(greeting)
  else terminal.out(greeting)
  await stopped
  endWatch?.()
  endHangUp()
  if (!link) say('tracestitch: closing; open answers may end, and another signal ends the process at once\n')
  await gateway.close()
  await reloads.close()
  await config.keys?.close()
  await log.flush()
  return 0
}

function optionsOf(
  flags: GatewayFlags,
  { env, error: say }: Terminal,
  { gateway, keys }: GatewayConfig,
): GatewayOptions {
  const { redis: _redis, keys: _keys, ...options } = gateway
  const masterKey = options.masterKey ?? env['TRACESTITCH_MASTER_KEY']
  return {
    ...options,
    ...(masterKey !== undefined && { masterKey }),
    ...(keys && { keys: keyCheck(keys) }),
    ...(flags.port !== undefined && { port: flags.port }),
    ...(flags.host !== undefined && { host: flags.host }),
    ...(flags.log && { log: (entry) => say(`${JSON.stringify(entry)}\n`) }),
  }
}

const SHOWN_MODELS = 8

function greetingOf(
  { url }: Gateway,
  { client: { models = {}, store }, keys, from }: GatewayConfig,
  log: Autolog,
  workers: number,
  hasKey: boolean,
): string {
  const names = Object.keys(models)
  const more = names.length > SHOWN_MODELS ? `, and ${names.length - SHOWN_MODELS} more` : ''
  const shown = names.length === 0 ? '' : `${names.slice(0, SHOWN_MODELS).join(', ')}${more}; `
  const limits = store?.shared ? '' : '; limits, budgets and cooldowns are of each alone: `gateway.redis` shares them'
  return [
    `tracestitch gateway at ${url}`,
    `  options  ${from}`,
    `  models   ${shown}provider/model of the providers that they name`,
    `  traces   ${tracesOf(log)}`,
    `  key      ${keysOf(hasKey, keys !== undefined)}`,
    ...(workers > 1 ? [`  workers  ${workers}${limits}`] : []),
    '',
    `  OPENAI_BASE_URL=${url}/v1  OPENAI_API_KEY=${hasKey || keys ? '<a key>' : 'unused'}`,
    `  ANTHROPIC_BASE_URL=${url}`,
    '',
  ].join('\n')
}

function keysOf(hasMaster: boolean, hasOthers: boolean): string {
  const kinds = [...(hasMaster ? ['the master key'] : []), ...(hasOthers ? ['those of `tracestitch keys`'] : [])]
  return kinds.length > 0 ? kinds.join(', ') : 'none is asked for: only this machine is answered'
}

function tracesOf({ status: { mode, exporter, host } }: Autolog): string {
  if (mode === 'off' || exporter === 'none') return 'nowhere; set OTEL_EXPORTER_OTLP_ENDPOINT'
  return host === undefined ? exporter : `${host} (${exporter})`
}
