import { testIntegration } from './matrix.js'
import spec from './voyageai.case.js'

testIntegration(spec, 'voyageai.case.ts')
