import spec from './azure-ai-inference.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'azure-ai-inference.case.ts')
