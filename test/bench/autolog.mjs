// What autolog() adds to a call of an SDK, beside what others add: CPU over a bare run, which has no tracing and no context
// manager. Each contestant is a process of its own, and they take turns. Alone, or for some SDKs and contestants only:
// `node test/bench/autolog.mjs [--quick] [openai | anthropic | genai | bedrock | name …]`.
import { execFileSync, fork } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { interleave, median } from './measure.mjs'

/** Versions are fixed, so that two runs compare. */
const SHARED = [
  '@opentelemetry/api@1.10.0',
  '@opentelemetry/context-async-hooks@2.12.0',
  '@opentelemetry/sdk-trace-base@2.12.1',
  '@opentelemetry/instrumentation@0.223.0',
]
/** Of each SDK the newest version that all contestants know, and who else traces it. */
const SDKS = {
  openai: {
    package: 'openai@6.49.0',
    extra: ['span only', 'tracestitch, CommonJS'],
    peers: {
      openlit: 'openlit@1.15.0',
      '@traceloop/instrumentation-openai': '@traceloop/instrumentation-openai@0.27.0',
      '@arizeai/openinference-instrumentation-openai': '@arizeai/openinference-instrumentation-openai@4.2.7',
      '@opentelemetry/instrumentation-openai': '@opentelemetry/instrumentation-openai@0.22.0',
      '@langfuse/openai': '@langfuse/openai@5.11.0',
    },
  },
  anthropic: {
    package: '@anthropic-ai/sdk@0.137.0',
    peers: {
      openlit: 'openlit@1.15.0',
      '@traceloop/instrumentation-anthropic': '@traceloop/instrumentation-anthropic@0.27.0',
      '@arizeai/openinference-instrumentation-anthropic': '@arizeai/openinference-instrumentation-anthropic@0.2.8',
    },
  },
  genai: {
    package: '@google/genai@1.52.0',
    peers: {
      '@traceloop/instrumentation-google-generativeai': '@traceloop/instrumentation-google-generativeai@0.27.0',
    },
  },
  bedrock: {
    package: '@aws-sdk/client-bedrock-runtime@3.1164.0',
    peers: {
      openlit: 'openlit@1.15.0',
      '@traceloop/instrumentation-bedrock': '@traceloop/instrumentation-bedrock@0.27.0',
      '@arizeai/openinference-instrumentation-bedrock': '@arizeai/openinference-instrumentation-bedrock@0.5.1',
      '@opentelemetry/instrumentation-aws-sdk': '@opentelemetry/instrumentation-aws-sdk@0.79.0',
    },
  },
}
const contestantsOf = ({ extra = [], peers }) => ['bare', 'tracestitch, ES module', ...extra, ...Object.keys(peers)]
const nameOf = (entry) => entry.slice(0, entry.lastIndexOf('@'))

// Kept between runs, and nothing of the project depends on it.
const home = join(tmpdir(), 'tracestitch-bench')

function install(packages) {
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--save-exact']
  execFileSync('npm', ['install', ...options, ...packages], {
    cwd: home,
    stdio: 'pipe',
    shell: process.platform === 'win32',
  })
}

/** The last line that npm said. */
function reasonOf(error) {
  return String(error.stderr ?? error)
    .trim()
    .split('\n')
    .at(-1)
}

/** Why a package cannot be used here, or `undefined`. */
function missing(entry) {
  if (!entry || isInstalled(entry)) return undefined
  try {
    install([entry])
    return undefined
  } catch (error) {
    return `it cannot be installed here (${reasonOf(error)})`
  }
}

function isInstalled(entry) {
  const name = nameOf(entry)
  const file = join(home, 'node_modules', name, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === entry.slice(name.length + 1)
}

function prepare() {
  mkdirSync(join(home, 'node_modules'), { recursive: true })
  if (!existsSync(join(home, 'package.json'))) writeFileSync(join(home, 'package.json'), '{ "private": true }')
  const packages = SHARED.filter((entry) => !isInstalled(entry))
  if (packages.length > 0) install(packages)
  // The worker stands in the folder, so that what it loads is found there.
  copyFileSync(new URL('autolog-worker.cjs', import.meta.url), join(home, 'autolog-worker.cjs'))
  copyFileSync(new URL('autolog-sdks.cjs', import.meta.url), join(home, 'autolog-sdks.cjs'))
  const ours = join(home, 'node_modules/tracestitch')
  // Of the tree that asks: a link that is there may be of another one, or of one that is gone.
  rmSync(ours, { force: true, recursive: true })
  symlinkSync(resolve(import.meta.dirname, '../..'), ours, 'junction')
}

/** A process that is asked over IPC. Rejects where the contestant does not run on this Node. */
function start(sdk, name) {
  const worker = fork(join(home, 'autolog-worker.cjs'), [sdk, name], { cwd: home, stdio: 'pipe' })
  let said = ''
  worker.stderr.on('data', (text) => (said += text))
  const next = () =>
    new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(/^\w*Error.*$/m.exec(said)?.[0] ?? 'it ended'))
      worker.once('exit', onExit)
      worker.once('message', (message) => {
        worker.off('exit', onExit)
        resolve(message)
      })
    })
  const ask = (question) => {
    const answer = next()
    worker.send(question)
    return answer
  }
  return next().then(({ chunks }) => ({ chunks, ask, stop: () => worker.disconnect() }))
}

/** @param only - Parts of the names of SDKs and contestants. Default: all. */
export async function benchAutolog(sizes, only = []) {
  try {
    prepare()
  } catch (error) {
    console.log(`\nWhat tracing adds to a call: skipped, OpenTelemetry cannot be installed here (${reasonOf(error)})`)
    return
  }
  const asked = Object.keys(SDKS).filter((sdk) => only.includes(sdk))
  const names = only.filter((part) => !(part in SDKS))
  for (const sdk of asked.length > 0 ? asked : Object.keys(SDKS)) await benchSdk(sdk, sizes, names)
}

async function benchSdk(sdk, { generations, ...sizes }, only) {
  const { package: entry, peers } = SDKS[sdk]
  console.log(`\nWhat tracing adds to a call of ${entry}, on Node ${process.versions.node}`)
  const reason = missing(entry)
  if (reason !== undefined) return console.log(`  skipped, ${reason}`)
  const isWanted = (name) => name === 'bare' || only.length === 0 || only.some((part) => name.includes(part))
  const names = contestantsOf(SDKS[sdk]).filter((name) => {
    const why = isWanted(name) ? missing(peers[name]) : undefined
    if (why !== undefined) console.log(`  ${name}: skipped, ${why}`)
    return isWanted(name) && why === undefined
  })
  const all = []
  // How fast a process is depends on what V8 happened to optimise in it.
  for (let i = 0; i < generations; i++) all.push(await generation(sdk, names, sizes, i === 0))
  const over = (kind, name) => median(all.map((figures) => figures[kind][name]))
  const running = Object.keys(all[0].plain)
  const [plain, chunk] = ['plain', 'chunk'].map((kind) =>
    Object.fromEntries(running.map((name) => [name, over(kind, name)])),
  )
  console.log(
    `  ${'CPU, microseconds'.padEnd(48)} ${'a call'.padStart(8)} ${'added'.padStart(8)} ${'a chunk'.padStart(8)} ${'added'.padStart(8)}`,
  )
  for (const name of running) {
    const cells = [plain[name], plain[name] - plain.bare, chunk[name], chunk[name] - chunk.bare]
    console.log(`  ${name.padEnd(48)} ${cells.map((value, i) => value.toFixed(i < 2 ? 0 : 1).padStart(8)).join(' ')}`)
  }
}

/** New processes of all contestants, which take turns. */
async function generation(sdk, names, { rounds, calls, streams }, isFirst) {
  const running = {}
  for (const name of names) {
    const worker = await start(sdk, name).catch((error) => error)
    if (!(worker instanceof Error)) running[name] = worker
    else if (isFirst) console.log(`  ${name}: skipped, ${worker.message}`)
  }
  const measured = async (kind, count, per) => {
    const runs = Object.entries(running).map(([name, { ask }]) => [
      name,
      async () => (await ask({ kind, calls: count })).us / per,
    ])
    return interleave(Object.fromEntries(runs), rounds)
  }
  // What is compiled late should not count for whoever is asked first.
  for (const { ask } of Object.values(running)) {
    await ask({ kind: 'plain', calls: calls * 3 })
    await ask({ kind: 'streamed', calls: streams * 3 })
  }
  const plain = await measured('plain', calls, 1)
  const chunk = await measured('streamed', streams, running['bare'].chunks)
  for (const { stop } of Object.values(running)) stop()
  return { plain, chunk }
}

if (process.argv[1] === import.meta.filename) {
  const [, , ...args] = process.argv
  const sizes = args.includes('--quick')
    ? { generations: 1, rounds: 5, calls: 1000, streams: 30 }
    : { generations: 3, rounds: 5, calls: 1000, streams: 30 }
  await benchAutolog(
    sizes,
    args.filter((arg) => !arg.startsWith('--')),
  )
}
