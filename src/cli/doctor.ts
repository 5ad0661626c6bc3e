/** `tracestitch doctor`: what `autolog()` finds in this application, and whether its spans arrive. */
import type { ReportEntry } from '../autolog/contract.js'
import type { Command } from './command.js'
import { examine, type Destination, type Examination, type Installed } from './examination.js'
import { table } from './table.js'
import { wrap } from './wrap.js'

export const doctorCommand: Command = {
  summary: 'say what autolog() traces in this folder, and whether a test span arrives',
  usage: '[--no-send] [--json]',
  options: { json: { type: 'boolean' }, 'no-send': { type: 'boolean' } },
  optionHelp: {
    '--no-send': 'send no test span',
    '--json': 'an object { version, node, seesESM, packages, apis, tools, destination, problems }',
  },
  async run(options, { out }) {
    const found = await examine(options['no-send'] !== true)
    out(options['json'] === true ? `${JSON.stringify(found, null, 2)}\n` : printed(found))
    return found.problems.length === 0 ? 0 : 1
  },
}

function printed(found: Examination): string {
  const { version, node, seesESM, packages, apis, tools, destination, problems } = found
  const later = seesESM
    ? 'SDKs may load before or after autolog()'
    : 'ES modules that load after autolog() are found a moment later: import SDKs first, or start with --import tracestitch/auto'
  return [
    `tracestitch ${version} on Node ${node}\n${wrap(later, 0, 0)}\n`,
    packages.length === 0 ? '' : table(['PACKAGE', 'VERSION', 'STATUS', 'WHY'], packages.map(line)),
    `OpenTelemetry API: ${listed(apis)}\nOther tracing tools: ${listed(tools)}\n`,
    whereTo(destination),
    problems.length === 0 ? 'All is well.\n' : problems.map((problem) => `! ${wrap(problem, 2, 2)}\n`).join(''),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function whereTo({ mode, exporter, host, testSpan }: Destination): string {
  if (mode === 'off' || exporter === 'none') return 'Spans go nowhere.\n'
  return `Spans go to ${host === undefined ? exporter : `${host} (${exporter})`}; test span: ${testSpan}\n`
}

function line({ package: name, version, status, detail }: ReportEntry): string[] {
  return [name, version ?? '', status, status === 'pending' ? 'installed, not in your package.json' : (detail ?? '')]
}

function listed(copies: readonly Installed[]): string {
  return copies.map(({ name, version }) => `${name} ${version ?? ''}`.trim()).join(', ') || 'none'
}
