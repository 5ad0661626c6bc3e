/** `tracestitch keys`: makes, lists and revokes the keys of a gateway. */
import { ConfigError } from '../kernel/errors.js'
import type { KeyStore, VirtualKey } from '../kernel/key-store.js'
import { compact } from '../kernel/json.js'
import { newKey } from '../gateway/virtual-keys.js'
import type { Command, Terminal } from './command.js'
import { configFile, readGatewayConfig } from './gateway-config.js'
import { keyStoreOf } from './opened-key-store.js'
import { table } from './table.js'

interface KeysFlags {
  readonly config?: string
  readonly file?: string
  readonly redis?: string
  readonly json?: boolean
  readonly name?: string
  readonly models?: string
  readonly budget?: string
  readonly rpm?: string
  readonly tpm?: string
  readonly concurrent?: string
  readonly expires?: string
  readonly user?: string
  readonly tags?: string
  readonly metadata?: readonly string[]
}

const FAILED = 1
const MISUSE = 2
const PERIODS = ['minute', 'hour', 'day', 'week', 'month'] as const
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }

type Action = (store: KeyStore, flags: KeysFlags, terminal: Terminal, ids: readonly string[]) => Promise<number>

const ACTIONS: Readonly<Record<string, Action>> = { create, list, revoke }

export const keysCommand: Command = {
  summary: 'make, list and revoke keys of the gateway: `keys create`, `keys list`, `keys revoke <id>`',
  usage: 'create|list|revoke [id …] [options]',
  operands: ['create|list|revoke'],
  more: 'id',
  options: {
    config: { type: 'string' },
    file: { type: 'string' },
    redis: { type: 'string' },
    json: { type: 'boolean' },
    name: { type: 'string' },
    models: { type: 'string' },
    budget: { type: 'string' },
    rpm: { type: 'string' },
    tpm: { type: 'string' },
    concurrent: { type: 'string' },
    expires: { type: 'string' },
    user: { type: 'string' },
    tags: { type: 'string' },
    metadata: { type: 'string', multiple: true },
  },
  optionHelp: {
    '--file <file>': 'where the keys are (default: `gateway.keys` of the configuration)',
    '--redis <address>': 'the same in Redis or Valkey; TRACESTITCH_KEYS_REDIS keeps a password off the command line',
    '--config <file>': 'as for `tracestitch gateway`',
    '--name <text>': 'create: what the key is for',
    '--models <list>': 'create: models and aliases that it may use, with commas between them, such as smart,openai/*',
    '--budget <usd>/<period>': 'create: such as 20/day; minute, hour, day, week or month',
    '--rpm <number>': 'create: requests a minute',
    '--tpm <number>': 'create: tokens a minute',
    '--concurrent <number>': 'create: calls at once',
    '--expires <time>': 'create: 12h, 30d or an ISO date',
    '--user <id>': 'create: the user of its calls',
    '--tags <list>': 'create: tags of its calls',
    '--metadata <name>=<value>': 'create: a further field of its calls, for conditions; may be repeated',
    '--json': 'list: as JSON',
  },
  async run(given, terminal, [name = '', ...ids]) {
    const flags = given as KeysFlags
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action) {
      terminal.error(
        `tracestitch: keys can be created, listed and revoked, not \`${name}\`\nSee tracestitch keys --help\n`,
      )
      return MISUSE
    }
    let store: KeyStore | undefined
    // A connection to Redis does not keep the process, which would end before the answer.
    const hold = setInterval(() => undefined, 60_000)
    try {
      store = await storeFor(flags, terminal)
      return await action(store, flags, terminal, ids)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      terminal.error(`tracestitch: ${error.message}\n`)
      return FAILED
    } finally {
      clearInterval(hold)
      await store?.close()
    }
  },
}

/** @throws ConfigError when nothing says where the keys are. */
async function storeFor({ file, redis, config }: KeysFlags, { env }: Terminal): Promise<KeyStore> {
  const address = redis ?? env['TRACESTITCH_KEYS_REDIS']
  if (file !== undefined) return keyStoreOf({ keys: file })
  if (address !== undefined) return keyStoreOf({ keys: 'redis', redis: address })
  const named = configFile(config)
  const store = named === undefined ? undefined : (await readGatewayConfig(named, env)).keys
  if (store) return store
  throw new ConfigError(
    '',
    'nothing says where the keys are: name a file with --file, or set `gateway.keys` in the configuration',
  )
}

async function create(store: KeyStore, flags: KeysFlags, { out, error }: Terminal): Promise<number> {
  const fields = compact({
    name: flags.name,
    models: listOf(flags.models),
    budget: budgetOf(flags.budget),
    rpm: numberOf(flags, 'rpm'),
    tpm: numberOf(flags, 'tpm'),
    concurrent: numberOf(flags, 'concurrent'),
    expiresAt: flags.expires === undefined ? undefined : expiryOf(flags.expires),
    user: flags.user,
    tags: listOf(flags.tags),
    metadata: flags.metadata && Object.fromEntries(flags.metadata.map(pairOf)),
  })
  const { key, kept } = newKey(fields)
  await store.put(kept)
  // Alone on standard output, so that a script can take it.
  out(`${key}\n`)
  error(`${kept.id} is made. The key is shown only now.\n`)
  return 0
}

async function list(store: KeyStore, { json }: KeysFlags, { out }: Terminal): Promise<number> {
  const keys = await store.list()
  if (json) {
    out(`${JSON.stringify(keys.map(shown), undefined, 2)}\n`)
    return 0
  }
  const rows = keys.map((key) => [
    key.id,
    key.name ?? '',
    key.models?.join(' ') ?? 'all',
    key.budget ? `$${key.budget.usd}/${key.budget.per}` : '',
    [key.rpm && `${key.rpm} rpm`, key.tpm && `${key.tpm} tpm`, key.concurrent && `${key.concurrent} at once`]
      .filter(Boolean)
      .join(', '),
    key.expiresAt === undefined ? '' : `${isOver(key) ? 'expired' : 'until'} ${key.expiresAt.slice(0, 16)}`,
  ])
  out(rows.length === 0 ? 'There are no keys.\n' : table(['id', 'name', 'models', 'budget', 'limits', 'expires'], rows))
  return 0
}

/** The hash is of no use to anybody but the store. */
function shown({ hash: _hash, ...rest }: VirtualKey): object {
  return rest
}

function isOver({ expiresAt }: VirtualKey): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now()
}

async function revoke(
  store: KeyStore,
  _flags: KeysFlags,
  { out, error }: Terminal,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) {
    error('tracestitch: <id> is missing\nSee tracestitch keys --help\n')
    return MISUSE
  }
  let code = 0
  for (const id of ids) {
    if (await store.remove(id)) out(`${id} is revoked.\n`)
    else {
      // A key in its place would be in the history of the shell already, and is not repeated.
      error('tracestitch: there is no key of that id; `tracestitch keys list` has them\n')
      code = FAILED
    }
  }
  return code
}

function listOf(text: string | undefined): readonly string[] | undefined {
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function numberOf(flags: KeysFlags, name: 'rpm' | 'tpm' | 'concurrent'): number | undefined {
  const text = flags[name]
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value <= 0) throw new ConfigError(`--${name}`, 'expected a whole number above 0')
  return value
}

function budgetOf(text: string | undefined): VirtualKey['budget'] {
  if (text === undefined) return undefined
  const [, amount, period] = /^\$?(\d+(?:\.\d+)?)\/(\w+)$/.exec(text) ?? []
  const per = PERIODS.find((each) => each === period)
  const usd = Number(amount)
  if (!per || !(usd > 0))
    throw new ConfigError('--budget', `expected an amount and a period, such as 20/day (${PERIODS.join(', ')})`)
  return { usd, per }
}

function expiryOf(text: string): string {
  const [, amount, unit = ''] = /^(\d+)([hd])$/.exec(text) ?? []
  const at = amount === undefined ? Date.parse(text) : Date.now() + Number(amount) * (UNITS[unit] ?? 0)
  if (!Number.isFinite(at)) throw new ConfigError('--expires', 'expected 12h, 30d or an ISO date')
  return new Date(at).toISOString()
}

function pairOf(text: string): [string, string] {
  const [name = '', ...value] = text.split('=')
  if (name === '' || value.length === 0) throw new ConfigError('--metadata', 'expected <name>=<value>')
  return [name, value.join('=')]
}
