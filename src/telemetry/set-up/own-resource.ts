/** The OpenTelemetry resource of our own tracer provider: what the spans say of the process. */
import type { Resource } from '@opentelemetry/resources'
import { basename } from 'node:path'
import { VERSION } from '../../kernel/version.js'
import type { TelemetryEnvironment } from './env.js'
import type { TracingSdk } from './load-sdk.js'
import type { CheckedOptions } from './setup-options.js'

export function resourceOf(
  checked: CheckedOptions,
  environment: TelemetryEnvironment,
  { resources }: TracingSdk,
): Resource {
  const serviceName = checked.serviceName ?? checked.resourceAttributes['service.name'] ?? environment.serviceName
  return resources.resourceFromAttributes({
    ...resources.defaultResource().attributes,
    // The specification's default names the executable; the SDK's would show its whole path.
    'service.name': `unknown_service:${basename(process.execPath, '.exe')}`,
    'process.pid': process.pid,
    ...environment.resourceAttributes,
    ...checked.resourceAttributes,
    ...(serviceName !== undefined && { 'service.name': serviceName }),
    'telemetry.distro.name': 'tracestitch',
    'telemetry.distro.version': VERSION,
  })
}
