/** Sets tracing up in processes of their own, as programs do, with a receiver beside them. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { loadLate } from '../../build/late.js'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface SetUpProcesses {
  /** Of the project. */
  readonly root: string
  /** Holds `setup.js` and `setup.cjs`. */
  folder(): string
  receiver(): OtlpReceiver
  /** Runs `source` in a process of its own; `setUpTracing`, `api` and `require` are there. */
  run(source: string, options?: { env?: Record<string, string>; format?: 'esm' | 'cjs' }): Promise<Outcome>
}

/** Call at the top of a test file. */
export function setUpProcesses(): SetUpProcesses {
  let folder: string
  let receiver: OtlpReceiver

  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    // Inside the project, so that the built file finds its packages.
    folder = await mkdtemp(join(root, 'node_modules/.tracestitch-setup-'))
    const { outputFiles } = await build({
      entryPoints: [join(root, 'src/telemetry/set-up/setup.ts')],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'cjs',
      write: false,
    })
    // As the package is built: what is not needed is not loaded.
    const late = { atOnce: () => false, otherRequire: 'require' }
    await writeFile(join(folder, 'setup.cjs'), loadLate(outputFiles[0]?.text ?? '', late))
    await writeFile(join(folder, 'setup.js'), `export { setUpTracing } from './setup.cjs'\n`)
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterEach(() => {
    receiver.setFault(undefined)
    receiver.clear()
  })
  afterAll(async () => {
    await receiver.close()
    await rm(folder, { recursive: true, force: true })
  })

  function run(
    source: string,
    { env = {}, format = 'esm' }: { env?: Record<string, string>; format?: 'esm' | 'cjs' } = {},
  ): Promise<Outcome> {
    const prelude =
      format === 'esm'
        ? `import * as api from '@opentelemetry/api'; import { setUpTracing } from ${JSON.stringify(join(folder, 'setup.js'))};
         import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(join(root, 'package.json'))});\n`
        : `const api = require('@opentelemetry/api'); const { setUpTracing } = require(${JSON.stringify(join(folder, 'setup.cjs'))});\n`
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|VITEST)/.test(name)),
    )
    return new Promise((resolve, reject) => {
      const child = spawn(
        process.execPath,
        [`--input-type=${format === 'esm' ? 'module' : 'commonjs'}`, '-e', prelude + source],
        {
          cwd: root,
          env: { ...clean, ...env },
          timeout: 100_000,
        },
      )
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk) => (stdout += chunk))
      child.stderr.on('data', (chunk) => (stderr += chunk))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
  }

  return { root, folder: () => folder, receiver: () => receiver, run }
}
