/** Bundlers that are too large for the root: those that `npm run bundlers` has installed. */
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import { root } from '../architecture/sources.js'

const run = promisify(execFile)
const home = join(root, 'test/bundlers/node_modules')
const plugins = (await import(
  pathToFileURL(join(root, 'dist/bundler.js')).href
)) as typeof import('../../src/bundler.js')

/** Builds `entry` into the folder `outdir`, and says which file of it is the program. */
export type Bundle = (entry: string, outdir: string, withPlugin: boolean) => Promise<string>

/** Optional peers that no program here needs. */
export const OPTIONAL: readonly string[] = ['google-auth-library', '@aws-sdk/credential-providers', 'aws4fetch', 'yaml']

export const areInstalled: boolean = existsSync(join(home, '@rspack/core'))

export function esbuildOptions(entry: string, withPlugin: boolean): esbuild.BuildOptions {
  return {
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    external: [...OPTIONAL],
    plugins: withPlugin ? [plugins.esbuildPlugin()] : [],
    // From what is built: by our own compiler settings the package would be its sources.
    tsconfigRaw: '{}',
    logOverride: { 'empty-import-meta': 'silent' },
  }
}

type Webpack = (
  options: unknown,
  done: (error: unknown, stats: { toString(options: unknown): string; hasErrors(): boolean }) => void,
) => void

/** webpack and Rspack take the same options. */
const packWith =
  (file: string, name: string, resolve: object): Bundle =>
  async (entry, outdir, withPlugin) => {
    const bundler = (await import(pathToFileURL(join(home, file)).href)) as Record<string, Webpack>
    const options = {
      mode: 'production',
      optimization: { minimize: false },
      // From what is built: by our own compiler settings the package would be its sources.
      resolve,
      target: 'node',
      entry,
      output: { path: outdir, filename: 'main.cjs' },
      externals: Object.fromEntries(OPTIONAL.map((optional) => [optional, `commonjs ${optional}`])),
      plugins: withPlugin ? [plugins.webpackPlugin()] : [],
    }
    await new Promise<void>((resolve, reject) =>
      bundler[name]?.(options, (error, stats) => {
        if (error || stats.hasErrors())
          reject((error as Error) ?? new Error(stats.toString({ all: false, errors: true })))
        else resolve()
      }),
    )
    return 'main.cjs'
  }

const rolldown: Bundle = async (entry, outdir, withPlugin) => {
  const { build } = (await import(pathToFileURL(join(home, 'rolldown/dist/index.mjs')).href)) as {
    build: (options: unknown) => Promise<unknown>
  }
  await build({
    input: entry,
    platform: 'node',
    external: [...OPTIONAL],
    plugins: withPlugin ? [plugins.rollupPlugin()] : [],
    tsconfig: false,
    logLevel: 'silent',
    output: { file: join(outdir, 'main.mjs'), format: 'esm', codeSplitting: false },
  })
  return 'main.mjs'
}

/** Its plugins run in Bun itself. */
const bun: Bundle = async (entry, outdir, withPlugin) => {
  const script = `${entry}.build.mjs`
  await writeFile(
    script,
    `import { esbuildPlugin } from 'tracestitch/bundler'
    const { success, logs } = await Bun.build({
      entrypoints: [${JSON.stringify(entry)}],
      outdir: ${JSON.stringify(outdir)},
      target: 'node',
      naming: 'main.mjs',
      external: ${JSON.stringify(OPTIONAL)},
      plugins: ${withPlugin ? '[esbuildPlugin()]' : '[]'},
    })
    if (!success) throw new AggregateError(logs, logs.join())`,
  )
  await run(join(home, '@oven/bun-linux-x64/bin/bun'), ['run', script])
  return 'main.mjs'
}

/** A program of one file with Node in it: https://nodejs.org/api/single-executable-applications.html */
const singleExecutable: Bundle = async (entry, outdir, withPlugin) => {
  await mkdir(outdir)
  // Stacks of the program name the file that it was made of, whose folder must have no `node_modules` above it.
  const scratch = await mkdtemp(join(tmpdir(), 'tracestitch-executable-'))
  const main = join(scratch, 'main.cjs')
  await esbuild.build({ ...esbuildOptions(entry, withPlugin), format: 'cjs', outfile: main })
  const output = join(scratch, 'main.blob')
  const config = join(scratch, 'sea.json')
  await writeFile(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }))
  await run(process.execPath, ['--experimental-sea-config', config])
  const program = join(outdir, 'program')
  await copyFile(process.execPath, program)
  await chmod(program, 0o755)
  const postject = join(home, 'postject/dist/cli.js')
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
  await run(process.execPath, [postject, program, 'NODE_SEA_BLOB', output, '--sentinel-fuse', fuse])
  await rm(scratch, { recursive: true })
  return 'program'
}

export const moreBundlers: Readonly<Record<string, Bundle>> = areInstalled
  ? {
      webpack: packWith('webpack/lib/index.js', 'default', { tsconfig: false }),
      Rspack: packWith('@rspack/core/dist/index.js', 'rspack', {}),
      Rolldown: rolldown,
      ...(existsSync(join(home, '@oven/bun-linux-x64')) ? { Bun: bun } : {}),
      'a single executable of Node.js': singleExecutable,
    }
  : {}
