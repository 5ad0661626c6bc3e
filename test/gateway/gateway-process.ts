/** `tracestitch gateway` as a process of its own, on a port that is free. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.js'
import { root } from '../architecture/sources.js'

export interface GatewayProcess {
  readonly child: ChildProcess
  readonly url: string
  /** The folder that it runs in, with its configuration. */
  readonly folder: string
  readonly out: () => string
  readonly error: () => string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface GatewayStart {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Files of its folder, by name. */
  readonly files?: Readonly<Record<string, string>>
}

const open: { readonly child: ChildProcess; readonly folder: string }[] = []

/** Starts the command, and waits for nothing. */
export async function startCommand({ args = [], env = {}, files = {} }: GatewayStart) {
  const folder = await mkdtemp(join(tmpdir(), 'tracestitch-gateway-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const child = spawn(process.execPath, [join(root, 'dist/cli.cjs'), 'gateway', '--port', '0', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
  })
  open.push({ child, folder })
  let out = ''
  let error = ''
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (error += String(text)))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  return { child, folder, out: () => out, error: () => error, ended }
}

/** Starts the command, and waits until it serves. */
export async function startGateway(start: GatewayStart): Promise<GatewayProcess> {
  const started = await startCommand(start)
  const url = (): string | undefined => /gateway at (\S+)/.exec(started.out())?.[1]
  let over = false
  void started.ended.then(() => (over = true))
  await eventually(() => url() !== undefined || over, 'the gateway serves')
  if (over) throw new Error(`the gateway ended: ${started.error()}`)
  return { ...started, url: url() ?? '' }
}

/** Ends every process that a test has left. */
export async function endGateways(): Promise<void> {
  for (const { child, folder } of open.splice(0)) {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}
