// `npm run bench`: every figure is a ratio against a baseline of the same run. `--memory=1000000`: so many calls for the heap.
import { execFileSync, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { benchAutolog } from './autolog.mjs'
import { benchCalls } from './calls.mjs'
import { benchCodecs } from './codecs.mjs'
import { benchCost } from './cost.mjs'
import { benchInstalled } from './installed.mjs'
import { benchLimits } from './limits.mjs'
import { benchMemory } from './memory.mjs'
import { benchRouting } from './routing.mjs'
import { benchSize } from './size.mjs'
import { benchStartup } from './startup.mjs'
import { benchStores } from './stores.mjs'

const quick = process.argv.includes('--quick')
const server = fork(new URL('server.mjs', import.meta.url))
const { port } = await new Promise((resolve) => server.once('message', resolve))
try {
  await benchCalls(
    `http://127.0.0.1:${port}`,
    quick ? { rounds: 3, calls: 100, streams: 10 } : { rounds: 15, calls: 400, streams: 40 },
  )
  await benchAutolog(
    quick
      ? { generations: 1, rounds: 3, calls: 300, streams: 10 }
      : { generations: 1, rounds: 5, calls: 1000, streams: 30 },
  )
  await benchInstalled(quick ? { streams: 1, starts: 1 } : { streams: 5, starts: 9 })
  await benchRouting(
    `http://127.0.0.1:${port}`,
    quick
      ? { picks: { rounds: 3, calls: 200 }, crowds: { rounds: 2, callsEach: 10 } }
      : { picks: { rounds: 7, calls: 1000 }, crowds: { rounds: 7, callsEach: 40 } },
  )
  await benchLimits(quick ? { rounds: 3, calls: 200 } : { rounds: 15, calls: 2000 })
  await benchStores(quick ? { rounds: 2, count: 200 } : { rounds: 9, count: 1000 })
  benchMemory(Number(/^--memory=(\d+)$/m.exec(process.argv.join('\n'))?.[1] ?? (quick ? 20_000 : 100_000)))
  await benchStartup(quick ? 3 : 9)
  await benchCost(quick ? 3 : 9)
  await benchCodecs(quick ? { rounds: 3, ms: 10 } : { rounds: 7, ms: 30 })
  await benchSize()
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json', '--silent'], { encoding: 'utf8' }),
  )
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  console.log(
    `\npacked ${(packed.size / 1024).toFixed(0)} kB, unpacked ${(packed.unpackedSize / 1024).toFixed(0)} kB, ${Object.keys(dependencies).length} runtime dependencies`,
  )
} finally {
  server.disconnect()
}
