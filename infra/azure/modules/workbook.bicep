metadata description = 'The workbook, and the query pack with the queries of its tiles and of the alerts.'

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The name of the environment: the workbook and the query pack say it.')
param environmentName string

@description('The name of the query pack.')
param queryPackName string

@description('The id of the workspace that the app logs to.')
param workspaceId string

var queries = loadJsonContent('../queries.json')
var all = concat(items(queries.alerts), items(queries.tiles))

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Letters (${environmentName})'
    serializedData: string(union(loadJsonContent('../workbook.json'), { fallbackResourceIds: [workspaceId] }))
    sourceId: workspaceId
    version: '1.0'
  }
}

resource queryPack 'Microsoft.OperationalInsights/queryPacks@2025-02-01' = {
  name: queryPackName
  location: location
  tags: tags
  properties: {}
}

resource packed 'Microsoft.OperationalInsights/queryPacks/queries@2025-02-01' = [
  for query in all: {
    parent: queryPack
    name: guid(queryPack.id, query.key)
    properties: {
      displayName: query.value.title
      description: query.key
      body: query.value.text
      related: { categories: ['applications'], resourceTypes: ['microsoft.operationalinsights/workspaces'] }
    }
  }
]

output workbookId string = workbook.id
