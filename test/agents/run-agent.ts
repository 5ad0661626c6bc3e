/** One run of an agent, in a home and a folder of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { binOf, type Agent } from './agents.js'

export interface AgentRun {
  readonly code: number | NodeJS.Signals | null
  readonly out: string
  readonly error: string
}

/** Ends an agent that asks again and again. */
const LONGEST = 100_000

export interface RunOptions {
  /** Where the agent's own spans go; default: it makes none. */
  readonly receiver?: string
  /** Changes each of its files. */
  readonly edit?: (text: string) => string
}

/** @param word - In the file that it is asked to read. */
export async function runAgent(agent: Agent, url: string, word: string, options: RunOptions = {}): Promise<AgentRun> {
  const { receiver, edit = (text: string) => text } = options
  const tracing = receiver === undefined ? undefined : agent.tracing?.(receiver)
  const home = await mkdtemp(join(tmpdir(), 'tracestitch-agent-'))
  const work = join(home, 'work')
  const setting = { url, key: 'unused' }
  await mkdir(work)
  const note = join(work, 'note.txt')
  await writeFile(note, `The note.\n${word}\n`)
  for (const [name, text] of Object.entries(agent.files?.(setting) ?? {})) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), edit(text) + (tracing?.lines ?? ''))
  }
  const bin = binOf(agent)
  const args = agent.args(`Read the file ${note} and tell me the word in it.`)
  const [command, ...rest] = bin.endsWith('.js') ? [process.execPath, bin, ...args] : [bin, ...args]
  const child = spawn(command, rest, {
    cwd: work,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
    env: {
      HOME: home,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      TERM: 'dumb',
      LANG: 'C.UTF-8',
      CI: '1',
      ...agent.env?.(setting),
      ...tracing?.env,
    },
  })
  let out = ''
  let error = ''
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (error += String(text)))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  await rm(home, { recursive: true, force: true, maxRetries: 3 })
  return { code: code ?? signal, out, error }
}
