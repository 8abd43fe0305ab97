# Reads a processing with sf, as users do, and prints what it has seen, a fact a line.
# Rscript --vanilla read.R NAME LAYER
suppressPackageStartupMessages(library(sf))
arguments <- commandArgs(TRUE)
name <- arguments[1]
layer <- arguments[2]

everything <- st_read(name, quiet = TRUE)
cat("rows", nrow(everything), "\n")
cat("epsg", st_crs(everything)$epsg, "\n")
cat("ids", sum(everything$id), "\n")

query <- sprintf('SELECT id FROM "%s" WHERE class_id = 101', layer)
chosen <- st_read(name, query = query, quiet = TRUE)
cat("chosen", nrow(chosen), sum(chosen$id), "\n")
cat("columns", names(chosen), "\n")

box <- st_as_sfc(st_bbox(c(xmin = 4.489, ymin = 52.163, xmax = 4.497, ymax = 52.168), crs = 4326))
near <- st_read(name, wkt_filter = st_as_text(box), quiet = TRUE)
cat("near", nrow(near), sum(near$id), "\n")
cat("layers", st_layers(name)$name, "\n")
