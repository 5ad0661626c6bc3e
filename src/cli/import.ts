/** `tracestitch import`: a configuration of another router as options of `createClient`, as JSON. */
import { writeFileSync } from 'node:fs'
import type { ClientOptions } from '../router/options.js'
import type { Command } from './command.js'
import { readConfig, reasonOf } from './file.js'
import { kindOf, KINDS } from './foreign-config.js'
import { amount } from './price-card.js'

interface ImportOptions {
  readonly from?: string
  readonly name?: string
  readonly out?: string
  readonly force?: boolean
}

const FAILED = 1
const MISUSE = 2
/** The file may contain keys, so only its owner may read it. */
const OWNER_ONLY = 0o600

export const importCommand: Command = {
  summary: "turn a LiteLLM config.yaml or a Portkey config into this client's options",
  usage: '<file> [--from litellm|portkey] [--name <alias>] [--out <file>] [--force]',
  operands: ['file'],
  options: { from: { type: 'string' }, name: { type: 'string' }, out: { type: 'string' }, force: { type: 'boolean' } },
  optionHelp: {
    '<file>': 'JSON, or YAML where the package `yaml` is installed; `-` reads standard input',
    '--from <kind>': 'litellm or portkey; by default the content decides',
    '--name <alias>': 'the alias that a Portkey config becomes (default: default)',
    '--out <file>': 'write the JSON there instead of to standard output; an existing file is kept',
    '--force': 'overwrite it',
  },
  run(given, terminal, [file = '']) {
    // By `options`, they are text where they are given.
    const { from, name, out, force = false } = given as ImportOptions
    const { error: say } = terminal
    const asked = from === undefined ? undefined : KINDS.get(from)
    if (from !== undefined && !asked) {
      say(`tracestitch: --from is one of ${[...KINDS.keys()].join(', ')}\nSee tracestitch import --help\n`)
      return MISUSE
    }
    const config = readConfig(file, terminal)
    if (!config) return FAILED
    const kind = asked ?? kindOf(config)
    if (!kind) {
      say(`tracestitch: ${file} is not clearly one of ${[...KINDS.keys()].join(', ')}; say which with --from\n`)
      return FAILED
    }
    const { options, warnings } = kind.read(config, name)
    for (const warning of warnings) say(`warning: ${warning}\n`)
    if (Object.keys(options.models ?? {}).length === 0) {
      say(`tracestitch: nothing in ${file} can be used here\n`)
      return FAILED
    }
    const json = `${JSON.stringify(options, null, 2)}\n`
    if (out === undefined) {
      terminal.out(json)
      return 0
    }
    try {
      writeFileSync(out, json, { mode: OWNER_ONLY, flag: force ? 'w' : 'wx' })
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
      const why = isThere ? 'it exists already; --force overwrites it' : reasonOf(error)
      say(`tracestitch: cannot write ${out}: ${why}\n`)
      return FAILED
    }
    say(`wrote ${out}: ${contents(options)}\n`)
    return 0
  },
}

/** What the options hold, in a few words. */
function contents({ models = {}, ...others }: ClientOptions): string {
  const names = Object.keys(models)
  const shown = names.slice(0, 5).map((name) => `\`${name}\``)
  const more = names.length > shown.length ? `, and ${names.length - shown.length} more` : ''
  const rest = Object.keys(others).filter((key) => key !== '$schema')
  return `${amount(names.length, 'alias', 'aliases')} (${shown.join(', ')}${more})${rest.length > 0 ? `, ${rest.join(', ')}` : ''}`
}
