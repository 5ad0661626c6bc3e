import spec from './azure-ai-projects.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'azure-ai-projects.case.ts')
