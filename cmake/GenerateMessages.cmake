# Turns driver/core/api/mapflow-errors.csv into rows of the C table that error_codes.c includes:
#   {"code", "first;second", "meaning"},
# Run as a script: cmake -DINPUT=… -DOUTPUT=… -P GenerateMessages.cmake
cmake_minimum_required(VERSION 3.16)

file(READ "${INPUT}" text)
# What CMake lists treat as special must not be in the text while it is a list of lines.
string(REPLACE ";" "<semicolon>" text "${text}")
string(REPLACE "[" "<open>" text "${text}")
string(REPLACE "]" "<close>" text "${text}")
string(REPLACE "\r" "" text "${text}")
string(REPLACE "\n" ";" lines "${text}")

set(rows "/* Generated from mapflow-errors.csv: change that file. */\n")
set(number 0)
foreach(line IN LISTS lines)
  math(EXPR number "${number} + 1")
  if(line STREQUAL "" OR number EQUAL 1)
    continue()
  endif()
  if(NOT line MATCHES "^([A-Za-z0-9_.-]+),([A-Za-z0-9_<>]*),\"(([^\"]|\"\")+)\",([a-z.]+),([a-z]+)$")
    message(FATAL_ERROR "${INPUT}:${number}: not code,parameters,\"meaning\",channel,retry: ${line}")
  endif()
  set(code "${CMAKE_MATCH_1}")
  set(parameters "${CMAKE_MATCH_2}")
  set(meaning "${CMAKE_MATCH_3}")
  string(REPLACE "\\" "\\\\" meaning "${meaning}")
  string(REPLACE "\"\"" "\\\"" meaning "${meaning}")
  string(APPEND rows "{\"${code}\", \"${parameters}\", \"${meaning}\"},\n")
endforeach()
string(REPLACE "<semicolon>" ";" rows "${rows}")
string(REPLACE "<open>" "[" rows "${rows}")
string(REPLACE "<close>" "]" rows "${rows}")
file(WRITE "${OUTPUT}" "${rows}")
