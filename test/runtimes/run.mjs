/** Runs the program of this folder in a runtime. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Each way in which a program runs: as a worker, `autolog()` is called in it and in the main thread. */
export const WAYS = {
  ESM: { file: 'program.mjs' },
  CommonJS: { file: 'program.cjs' },
  'a worker': { file: 'program.mjs', env: { RUNTIME_WORKER: '1' } },
}

/** @param command - The runtime's file, and what stands before the program. */
export async function runIn([file, ...before], way, origin) {
  const { file: program, env } = WAYS[way]
  const { stdout } = await promisify(execFile)(file, [...before, join(import.meta.dirname, program)], {
    env: { ...process.env, NODE_OPTIONS: '', RUNTIME_ORIGIN: origin, ...env },
    timeout: 120_000,
  })
  return JSON.parse(stdout.slice(stdout.indexOf('@@') + 2))
}
