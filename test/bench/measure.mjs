// Interleaved measuring: every round runs each contestant once, in turn, so that drift hits all alike.

/** CPU microseconds (user and system, this process) that `fn` takes. */
export async function cpu(fn) {
  const before = process.cpuUsage()
  await fn()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Wall-clock milliseconds that `fn` takes. */
export async function wall(fn) {
  const before = performance.now()
  await fn()
  return performance.now() - before
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/**
 * Runs the contestants in turn and returns the median of each. `contestants`: name to an async function
 * that returns its own measure. The first `warmUp` rounds do not count. Each round begins with another one, and every
 * second goes backwards: what one leaves to collect falls on all alike.
 */
export async function interleave(contestants, rounds, warmUp = 1) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  const names = Object.keys(contestants)
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const at of names.keys()) {
      const step = round % 2 === 0 ? at : names.length - 1 - at
      const name = names[(round + step) % names.length]
      globalThis.gc?.()
      const value = await contestants[name]()
      if (round >= warmUp) results[name].push(value)
    }
  }
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, median(values)]))
}

/** A line for each contestant: value and ratio to the baseline. */
export function printRatios(title, medians, baseline, unit, digits = 1) {
  console.log(`\n${title}`)
  for (const [name, value] of Object.entries(medians)) {
    const ratio = (value / medians[baseline]).toFixed(2)
    console.log(
      `  ${name.padEnd(34)} ${value.toFixed(digits).padStart(10)} ${unit}   ${name === baseline ? 'baseline' : `${ratio} x ${baseline}`}`,
    )
  }
}
