/** `tracestitch providers`: the catalogue, and which of it can be used with this environment. */
import { ConfigError } from '../kernel/errors.js'
import type { ProviderRow } from '../kernel/provider.js'
import { everything } from '../catalogue.js'
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
  /** With what the environment says filled in. */
  readonly baseURL: string
  /** Environment variables that may hold the key. */
  readonly env: readonly string[]
  /** A key is in the environment or none is needed, and the base URL is whole. */
  readonly ready: boolean
  readonly docs: string
}

function list(row: ProviderRow, env: Environment): Listed {
  const { id, name, protocols, docs } = row
  const facts = { id, name, protocol: protocols[0] }
  try {
    const { baseURL, ready } = planProvider(id, {}, everything, env)
    return { ...facts, baseURL, env: row.env, ready, docs }
  } catch (error) {
    // The environment holds something that is no URL or no key: a call would say so, this list goes on.
    if (error instanceof ConfigError) return { ...facts, baseURL: row.baseURL, env: row.env, ready: false, docs }
    throw error
  }
}

export const providersCommand: Command = {
  summary: 'list the providers, and which are ready to use',
  usage: '[--json] [--ready]',
  options: { json: { type: 'boolean' }, ready: { type: 'boolean' } },
  optionHelp: {
    '--json': 'an array of { id, name, protocol, baseURL, env, ready, docs }',
    '--ready': 'only those that this environment has what they need for',
  },
  run(options, { env, out }) {
    const all = [...everything.providers.values()].map((row) => list(row, env)).sort((a, b) => (a.id < b.id ? -1 : 1))
    const shown = options['ready'] === true ? all.filter(({ ready }) => ready) : all
    if (options['json'] === true) {
      out(`${JSON.stringify(shown, null, 2)}\n`)
      return 0
    }
    const lines = shown.map((row) => [
      row.ready ? 'yes' : '',
      row.id,
      row.name,
      row.protocol,
      row.env.join(' or ') || 'none',
    ])
    out(table(['READY', 'ID', 'NAME', 'FORMAT', 'KEY'], lines))
    out(`\n${all.length} providers, ${all.filter(({ ready }) => ready).length} ready\n`)
    return 0
  },
}
