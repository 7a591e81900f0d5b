namespace OpenInteractions.Tools.Tests.GoogleMaps;

/// <summary>Answers in the instances' own shape.</summary>
internal static class MapSamples
{
    public const string Station = """
        [{"place_id":240109189,"licence":"Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright","osm_type":"way","osm_id":1234567890123,"lat":"34.985849","lon":"135.758767","category":"railway","type":"station","place_rank":30,"importance":0.51,
          "addresstype":"railway","name":"Kyoto Station","display_name":"Kyoto Station, Shichijo-dori, Shimogyo Ward, Kyoto, 600-8216, Japan","boundingbox":["34.9848","34.9868","135.7560","135.7615"],
          "extratags":{"website":"https://station.example/","wheelchair":"yes","opening_hours":"05:00-24:00"}},
         {"place_id":1,"osm_type":"node","osm_id":"42","lat":"34.9","lon":"135.7","category":"building","type":"yes","name":"","display_name":"1-2, Shimogyo Ward, Kyoto","boundingbox":["34.8","34.9","135.6","135.8"],"extratags":null},
         {"place_id":2,"osm_type":"area","osm_id":7,"lat":"x","lon":"y","name":"broken"}]
        """;

    public const string City = """
        [{"osm_type":"relation","osm_id":357794,"lat":"35.0115754","lon":"135.7681441","category":"boundary","type":"administrative","addresstype":"city","name":"Kyoto","display_name":"Kyoto, Kyoto Prefecture, Japan","boundingbox":["34.9749","35.0549","135.7281","135.8081"],"extratags":{"population":"1463723"}}]
        """;

    public const string Here = """
        {"place_id":3,"osm_type":"node","osm_id":99,"lat":"35.0","lon":"135.77","category":"amenity","type":"post_box","name":"","display_name":"Gojo-dori 5, Kyoto, Japan","boundingbox":["35","35","135","135"],"address":{"city":"Kyoto"},"extratags":{}}
        """;

    public const string Cafes = """
        {"version":0.6,"generator":"Overpass API 0.7.62.8 e802775f","osm3s":{"timestamp_osm_base":"2026-11-20T10:00:00Z","copyright":"The data included in this document is from www.openstreetmap.org. The data is made available under ODbL."},
         "elements":[
          {"type":"node","id":11,"lat":34.9900,"lon":135.7590,"tags":{"amenity":"cafe","name":"遠い珈琲","name:en":"Far Coffee","opening_hours":"Mo-Fr 08:00-18:00"}},
          {"type":"way","id":22,"center":{"lat":34.9860,"lon":135.7590},"nodes":[1,2],"tags":{"amenity":"cafe","name":"近い珈琲","name:en":"Near Coffee","cuisine":"coffee_shop","addr:street":"Shiokoji-dori","addr:housenumber":"12","addr:postcode":"600-8216","addr:city":"Kyoto","website":"https://near.example"}},
          {"type":"node","id":33,"lat":34.9870,"lon":135.7600,"tags":{"amenity":"cafe"}},
          {"type":"node","id":44,"tags":{"amenity":"cafe","name":"Nowhere"}}]}
        """;
}
