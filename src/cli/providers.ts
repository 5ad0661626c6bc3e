/** `tracestitch providers`: the catalogue, and which providers this environment can use. */
import { connect } from 'node:net'
import { ConfigError } from '../kernel/errors.js'
import type { ProviderRow } from '../kernel/provider.js'
import { everything } from '../whole-catalogue.js'
import type { Environment } from '../router/environment.js'
import { planProvider } from '../router/provider-plan.js'
import type { Command } from './command.js'
import { table } from './table.js'

/** One provider, as `--json` prints it. */
interface Listed {
  readonly id: string
  readonly name: string
  /** The format that chat uses. */
  readonly protocol: string
  /** With values of the environment filled in. */
  readonly baseURL: string
  /** Environment variables that may hold the key. */
  readonly env: readonly string[]
  /** The base URL is complete, and the key is set if one is needed. For a server of this machine: `--check` reached it. */
  readonly ready: boolean
  /** A server that runs on this machine, if it runs. */
  readonly local: boolean
  readonly docs: string
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Milliseconds for a server of this machine to accept a connection. */
const CHECK_TIMEOUT = 500

async function list(row: ProviderRow, env: Environment, check: boolean): Promise<Listed> {
  const { id, name, protocols, docs } = row
  const facts = { id, name, protocol: protocols[0] }
  try {
    const { baseURL, ready } = planProvider(id, {}, everything, env)
    const local = URL.canParse(baseURL) && LOOPBACK.test(new URL(baseURL).hostname)
    const isThere = !local || (check && ready && (await listens(baseURL)))
    return { ...facts, baseURL, env: row.env, ready: ready && isThere, local, docs }
  } catch (error) {
    // The environment has an invalid URL or key: a call would throw, but this list goes on.
    if (!(error instanceof ConfigError)) throw error
    return { ...facts, baseURL: row.baseURL, env: row.env, ready: false, local: false, docs }
  }
}

/** Whether something takes connections there. Nothing is sent. */
function listens(baseURL: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(baseURL)
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      timeout: CHECK_TIMEOUT,
    })
    const end = (isThere: boolean) => () => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false))
  })
}

/** A line a provider, and one for each other variable that may hold its key. */
function lines(shown: readonly Listed[]): string[][] {
  return shown.flatMap(({ ready, local, id, env }) => {
    const [first = 'none', ...others] = env
    const state = ready ? 'yes' : local ? 'local' : ''
    return [[state, id, first], ...others.map((name) => ['', '', `or ${name}`])]
  })
}

export const providersCommand: Command = {
  summary: 'list the providers, and which are ready to use',
  usage: '[--ready] [--check] [--json]',
  options: { json: { type: 'boolean' }, ready: { type: 'boolean' }, check: { type: 'boolean' } },
  optionHelp: {
    '--ready': 'only those that this environment has settings for; keys are not tested',
    '--check': 'connect to the model servers of this machine; those that answer are ready',
    '--json': 'an array of { id, name, protocol, baseURL, env, ready, local, docs }',
  },
  async run(options, { env, out }) {
    const check = options['check'] === true
    const listed = await Promise.all([...everything.providers.values()].map((row) => list(row, env, check)))
    const all = listed.sort((a, b) => (a.id < b.id ? -1 : 1))
    const ready = all.filter((row) => row.ready)
    const shown = options['ready'] === true ? ready : all
    if (options['json'] === true) {
      out(`${JSON.stringify(shown, null, 2)}\n`)
      return 0
    }
    if (shown.length > 0) out(`${table(['READY', 'ID', 'KEY'], lines(shown))}\n`)
    const local = all.filter((row) => row.local).length
    const unchecked = check ? '' : `\n${local} are servers of this machine: --check connects to each`
    out(`${all.length} providers, ${ready.length} ready${unchecked}\n`)
    return 0
  },
}
