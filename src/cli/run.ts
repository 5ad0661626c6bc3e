/** Finds the subcommand, reads its options, runs it. */
import { parseArgs } from 'node:util'
import { VERSION } from '../kernel/version.js'
import { didYouMean } from '../kernel/did-you-mean.js'
import type { Command, Terminal } from './command.js'
import { commands } from './commands.js'
import { definitions, wrap } from './wrap.js'

/** Exit code for a command line that cannot be understood. */
const MISUSE = 2

/** Runs one command line, without the program's name. Returns the exit code: 2 when it cannot be understood, else the command's. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === '-v') {
    terminal.out(`${VERSION}\n`)
    return 0
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(overview())
    return 0
  }
  if (name === undefined) {
    terminal.error(overview())
    return MISUSE
  }
  const command = commands.get(name)
  if (!command) {
    const what = name.startsWith('-') ? 'option' : 'command'
    const known = what === 'option' ? ['--help', '--version'] : commands.keys()
    return misuse(terminal, `there is no ${what} \`${name}\`${didYouMean(name, known)}`, 'tracestitch --help')
  }
  const { operands: wanted = [], more } = command
  let options: Readonly<Record<string, unknown>>
  let operands: readonly string[]
  try {
    const help = { type: 'boolean', short: 'h' } as const
    const parsed = parseArgs({
      args: rest,
      options: { ...command.options, help },
      strict: true,
      allowPositionals: wanted.length > 0 || more !== undefined,
    })
    options = parsed.values
    operands = parsed.positionals
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // `parseArgs` explains itself in sentences; the first says what is wrong.
    return misuse(terminal, error.message.split('. ', 1)[0] ?? '', `tracestitch ${name} --help`)
  }
  if (options['help'] === true) {
    terminal.out(help(name, command))
    return 0
  }
  if (operands.length < wanted.length || (operands.length > wanted.length && more === undefined)) {
    const missing = wanted[operands.length]
    const fault = missing === undefined ? 'there are too many arguments' : `<${missing}> is missing`
    return misuse(terminal, fault, `tracestitch ${name} --help`)
  }
  return command.run(options, terminal, operands)
}

function misuse({ error }: Terminal, fault: string, help: string): number {
  error(`tracestitch: ${fault}\nSee ${help}\n`)
  return MISUSE
}

function overview(): string {
  const listed = [...commands].map(([name, { summary }]) => [name, summary] as const)
  return `Usage: tracestitch <command>\n\n${definitions([...listed, ['--help', 'show this text, or after a command its options'], ['--version', 'the version']])}`
}

function help(name: string, { usage, summary, optionHelp }: Command): string {
  const call = `Usage: tracestitch ${name} `
  const does = `${summary[0]?.toUpperCase()}${summary.slice(1)}.`
  return `${call}${wrap(usage, call.length, call.length)}\n\n${wrap(does, 0, 0)}\n\n${definitions(Object.entries(optionHelp))}`
}
