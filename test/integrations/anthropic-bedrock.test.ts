import spec from './anthropic-bedrock.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'anthropic-bedrock.case.ts')
