/** Runs the programs of this folder in a runtime. */
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where `npm run runtimes` keeps the runtimes. Nothing of the project depends on it. */
export const HOME = join(tmpdir(), 'tracestitch-runtimes')

/** Each way in which a program runs: as a worker, `autolog()` is called in it and in the main thread. */
export const WAYS = {
  ESM: { file: 'program.mjs' },
  CommonJS: { file: 'program.cjs' },
  'a worker': { file: 'program.mjs', env: { RUNTIME_WORKER: '1' } },
}

/** @param command - The runtime's file, and what stands before the program. */
export function runIn(command, way, origin) {
  const { file, env } = WAYS[way]
  return run(command, file, { RUNTIME_ORIGIN: origin, ...env })
}

/** Runs what is done with `fetch` itself. */
export const runFetching = (command, origin) => run(command, 'fetching.mjs', { RUNTIME_ORIGIN: origin })

async function run([file, ...before], program, env) {
  const { stdout } = await promisify(execFile)(file, [...before, join(import.meta.dirname, program)], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 120_000,
  })
  return JSON.parse(stdout.slice(stdout.indexOf('@@') + 2))
}
