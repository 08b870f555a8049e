# What `cmake --install` puts beside the programs, the plugin and the ABI header, which install
# themselves: what a broker reads and configures.
set(cambist_share ${CMAKE_INSTALL_DATADIR}/cambist)
install(DIRECTORY office/migrations DESTINATION ${cambist_share} FILES_MATCHING PATTERN *.sql)
install(DIRECTORY config/ DESTINATION ${cambist_share}/config)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
