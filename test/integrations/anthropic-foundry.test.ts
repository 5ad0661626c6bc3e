import spec from './anthropic-foundry.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'anthropic-foundry.case.ts')
