# Submits a layer with sf, as users do. Rscript --vanilla write.R FILE
suppressPackageStartupMessages(library(sf))
areas <- st_read(commandArgs(TRUE)[1], quiet = TRUE)
st_write(areas, "MAPFLOW:", layer = "areas", driver = "MAPFLOW", quiet = TRUE,
         layer_options = c("MODEL=buildings", "PROVIDER=Mapbox"))
