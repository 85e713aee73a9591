# Lays the sections of monitoring-dashboard.tf out: a header, and rows of three tiles below it. What would be zero or
# empty is left out, as the API leaves it out: else every plan would show a change.

locals {
  tiles_a_row   = 3
  tile_width    = 4
  tile_height   = 4
  header_height = 1

  section_heights = [
    for section in local.dashboard_sections : local.header_height + local.tile_height * ceil(length(section.tiles) / local.tiles_a_row)
  ]
  section_tops = [
    for index in range(length(local.dashboard_sections)) : sum(concat([0], slice(local.section_heights, 0, index)))
  ]

  section_headers = [
    for index, section in local.dashboard_sections : {
      xPos   = 0
      yPos   = local.section_tops[index]
      width  = local.tile_width * local.tiles_a_row
      height = local.header_height
      widget = { title = section.title, sectionHeader = { subtitle = section.says, dividerBelow = true } }
    }
  ]

  tile_contents = { for section in local.dashboard_sections : section.title => {
    for tile in section.tiles : tile.title => { for kind, content in {
      logsPanel = { filter = try(tile.log, "") }
      xyChart = merge(
        { dataSets = [for name, query in try(tile.queries, {}) : merge(
          { plotType = can(tile.bars) ? "STACKED_BAR" : "LINE", targetAxis = "Y1" },
          { for key, value in { legendTemplate = name } : key => value if value != "" },
          { timeSeriesQuery = { for key, value in { prometheusQuery = query, unitOverride = try(tile.unit, "") } : key => value if value != "" } },
        )] },
        { for key, limits in { thresholds = try(tile.limits, {}) } : key => [
          for label, value in limits : { label = label, targetAxis = "Y1", value = value }
        ] if length(limits) > 0 },
      )
    } : kind => content if kind == (can(tile.log) ? "logsPanel" : "xyChart") }
  } }

  section_tiles = [
    for index, section in local.dashboard_sections : [
      for place, tile in section.tiles : {
        xPos   = local.tile_width * (place % local.tiles_a_row)
        yPos   = local.section_tops[index] + local.header_height + local.tile_height * floor(place / local.tiles_a_row)
        width  = local.tile_width
        height = local.tile_height
        widget = merge({ title = tile.title }, local.tile_contents[section.title][tile.title])
      }
    ]
  ]
}

resource "google_monitoring_dashboard" "relay" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = "Audience Relay: ${var.prefix}"
    mosaicLayout = {
      columns = local.tile_width * local.tiles_a_row
      tiles = [
        for tile in flatten([local.section_headers, local.section_tiles]) : { for key, value in tile : key => value if try(value != 0, true) }
      ]
    }
  })
}
